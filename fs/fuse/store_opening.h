// Opening the store that is to be mounted.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/fuse/mount_point.h"
#include "fs/fuse/options.h"

#include <memory>

namespace bytestore::fuse {

// Creates the data directory if need be, except for reading only. While another process writes the store this waits up
// to 30 s, for a one-shot command or a daemon that is just closing; a daemon that serves is refused at once
// (Errc::locked).
Result<std::unique_ptr<Store>> open_store(const MountOptions& options, const Places& places);

}  // namespace bytestore::fuse
