// One answer to readdir or readdirplus: as many entries as fit.
#pragma once

#include "fs/core/filesystem.h"
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/operations.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace bytestore::fuse {

class DirectoryReply {
public:
    DirectoryReply(fuse_req_t request, const FilesystemSettings& settings, std::size_t size);

    // Entries behind `cookie`; with `attributes` each counts as a lookup.
    void fill(fs::Filesystem& core, const fs::Handle& handle, std::uint64_t cookie, bool attributes);
    void send();

private:
    bool add(const fs::DirectoryEntry& entry);
    bool add(const fs::KnownEntry& entry);
    bool took(std::size_t needed);

    const fuse_req_t request_;
    const FilesystemSettings& settings_;
    const std::size_t size_;
    const std::unique_ptr<char[]> buffer_;  // no zeros: most replies need little of it
    std::size_t used_ = 0;
    std::string name_;  // of the last entry, as libfuse wants it
};

}  // namespace bytestore::fuse
