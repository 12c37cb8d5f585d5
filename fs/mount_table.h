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

}  // namespace bytestore::fs
