// Answers to the kernel, from the values of fs/core.
#pragma once

#include "engine/io/file.h"
#include "engine/result.h"
#include "fs/core/attributes.h"
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/operations.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

namespace bytestore::fuse {

mode_t mode_bits(fs::Type type);  // S_IFMT
struct stat stat_of(const fs::Attributes& attributes, const FilesystemSettings& settings);
struct statvfs statvfs_of(const DiskSpace& space);
fuse_entry_param entry_of(const fs::Attributes& attributes, const FilesystemSettings& settings);
// How long the kernel may believe attributes, in seconds.
double attribute_timeout(const fs::Attributes& attributes);

void reply_error(fuse_req_t request, const Error& error);
// The same to a request that names an inode: what was removed or replaced since the kernel looked up its name makes the
// kernel look again, so that nobody who opens a name while it is replaced is told that nothing is there.
void reply_inode_error(fuse_req_t request, const Error& error);
void reply_status(fuse_req_t request, const Status& status);
// A name that is not there is remembered as well.
void reply_missing(fuse_req_t request);

}  // namespace bytestore::fuse
