// The daemon that holds a store, seen from one that wants it.
#pragma once

#include <string>

namespace bytestore::fuse {

// Whether a daemon serves the store in `data_dir`, and will go on: not one that is starting or ending. One that was
// unmounted may take a while to go, and answers until then; its mount is looked for where it sees it, be that another
// mount namespace. One that does not answer counts as serving.
bool is_served(const std::string& data_dir);

// Whether the store in `data_dir` was last written by a daemon that shows, or showed, it on `mount_point`.
bool was_mounted_on(const std::string& data_dir, const std::string& mount_point);

}  // namespace bytestore::fuse
