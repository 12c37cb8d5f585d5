// The operations on open files and directories.
#pragma once

#include "fs/fuse/fuse_api.h"

namespace bytestore::fuse {

void add_file_operations(fuse_lowlevel_ops& ops);

}  // namespace bytestore::fuse
