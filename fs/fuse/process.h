// What a daemon asks of its process.
#pragma once

#include <cstdint>

namespace bytestore::fuse {

// Before anything is opened: the standard streams are open, a closed pipe is an error and no signal, and as many files
// may be open as the hard limit allows; the memory of a large value goes back to the system with it. The umask stays:
// the store's own files follow it, and the mode of a mounted file is not that of any file on disk.
void prepare_process();

// Gives memory back to the system now and then: what many inodes leave free lies between what lives, where malloc keeps
// it. From any thread.
void inodes_forgotten(std::uint64_t count);

}  // namespace bytestore::fuse
