// The FUSE operations: each unpacks a request, asks fs::Filesystem, and packs the answer. Nothing is decided here but
// what the kernel may cache: everything, for as long as it likes, since all changes come through it; what does not is
// invalidated.
#pragma once

#include "engine/store.h"
#include "fs/core/filesystem.h"
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/invalidator.h"
#include "fs/fuse/side_threads.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace bytestore::fuse {

struct FilesystemSettings {
    std::optional<std::uint32_t> uid;  // the owner to show for every file
    std::optional<std::uint32_t> gid;
};

// What the operations expect as their userdata.
class Filesystem {
public:
    Filesystem(Store& store, FilesystemSettings settings, fs::DaemonControl daemon);

    // Between these two, while `session` is there, the kernel hears of invalidations.
    void attach(fuse_session* session) { invalidator_.start(session); }
    // Every request that was begun is answered when this returns.
    void detach();

    // Answers a request later, from another thread; `answer` throws nothing. Throws, and does not call it, if that
    // fails.
    void answer_aside(std::function<void()> answer) { side_threads_.run(std::move(answer)); }

    fs::Filesystem& core() { return core_; }
    const FilesystemSettings& settings() const { return settings_; }

private:
    const FilesystemSettings settings_;
    Invalidator invalidator_;
    fs::Filesystem core_;
    SideThreads side_threads_;
};

const fuse_lowlevel_ops& operations();

}  // namespace bytestore::fuse
