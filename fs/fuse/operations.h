// The FUSE operations: each unpacks a request, asks fs::Filesystem, and packs the answer. Nothing is decided here but
// what the kernel may cache: everything, for as long as it likes, since all changes come through it; what does not is
// invalidated.
#pragma once

#include "engine/store.h"
#include "fs/core/filesystem.h"
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/invalidator.h"
#include "fs/fuse/own_mount.h"
#include "fs/fuse/session.h"

#include <cstdint>
#include <optional>
#include <string>

namespace bytestore::fuse {

struct FilesystemSettings {
    std::optional<std::uint32_t> uid;  // the owner to show for every file
    std::optional<std::uint32_t> gid;
    std::uint64_t max_dirty = 0;  // bytes that all open files together may hold unstored
    bool changes_wait = false;    // for the disk, before they are answered
};

// What the operations expect as their userdata.
class Filesystem {
public:
    Filesystem(Store& store, FilesystemSettings settings, fs::DaemonControl daemon);

    // Between these two, while `session` is there, the kernel hears of invalidations. The requests that it waits for
    // are answered until detach has returned.
    void attach(Session& session, const std::string& mount_point)
    {
        rings_ = &session.rings();
        own_mount_.reach(mount_point);
        invalidator_.start(session.get());
    }
    void detach()
    {
        own_mount_.leave();
        invalidator_.stop();
    }

    fs::Filesystem& core() { return core_; }
    const FilesystemSettings& settings() const { return settings_; }
    // Those of the session, which is attached before the first request.
    Rings& rings() { return *rings_; }
    // Before an answer that tells attributes.
    void tells(const fs::Attributes& attributes) const
    {
        if (attributes.is_passing) {
            invalidator_.attributes(attributes.ino);
        }
    }
    // Whether the daemon made the request itself, and only wants the attributes told.
    bool is_own(fuse_req_t request) const { return own_mount_.is_asking(fuse_req_ctx(request)->pid); }

private:
    const FilesystemSettings settings_;
    Rings* rings_ = nullptr;
    Invalidator invalidator_;
    OwnMount own_mount_;
    fs::Filesystem core_;
};

const fuse_lowlevel_ops& operations();

}  // namespace bytestore::fuse
