// The mounts that a process sees, from /proc/PID/mounts.
#pragma once

#include "engine/result.h"

#include <cstdint>
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

// What is mounted on exactly `directory` (absolute, without symbolic links), as this process or another sees it: the
// topmost, if anything. Errc::not_found if there is no such process.
Result<std::optional<Mount>> mount_on(const std::string& directory, std::optional<std::int64_t> pid = std::nullopt);

}  // namespace bytestore::fs
