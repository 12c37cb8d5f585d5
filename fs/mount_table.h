// The mounts that this process sees, from /proc/self/mounts.
#pragma once

#include "engine/result.h"

#include <optional>
#include <string>

namespace bytestore::fs {

inline constexpr const char* kFileSystemSubtype = "bytestore";
inline constexpr const char* kFileSystemType = "fuse.bytestore";

struct Mount {
    std::string source;  // the store, for ours
    std::string type;

    bool ours() const { return type == kFileSystemType; }
};

// What is mounted on exactly `directory` (absolute, without symbolic links): the topmost, if anything.
Result<std::optional<Mount>> mount_on(const std::string& directory);

// Whether who holds the lock of the store in `data_dir` shows it on a mount point at this moment. A daemon that is
// closing does not: it has left its mount point already.
bool is_mounted(const std::string& data_dir);

}  // namespace bytestore::fs
