// Where a store may be shown: checks before anything is opened or created.
#pragma once

#include "engine/result.h"

#include <string>

namespace bytestore::fuse {

// Absolute paths without symbolic links. The data directory may be missing; its parent is there.
struct Places {
    std::string data_dir;
    std::string mount_point;
};

// The mount point must be a directory on which no store is mounted, and neither place may be the other or lie inside
// it. A dead mount of our own type, left by a daemon that was killed, is unmounted. Otherwise nothing is changed.
Result<Places> check_places(const std::string& data_dir, const std::string& mount_point);

}  // namespace bytestore::fuse
