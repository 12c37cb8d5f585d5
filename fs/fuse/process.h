// What a daemon asks of its process before it opens anything.
#pragma once

namespace bytestore::fuse {

// The standard streams are open, a closed pipe is an error and no signal, and as many files may be open as the hard
// limit allows; the memory of a large value goes back to the system with it. The umask stays: the store's own files
// follow it, and the mode of a mounted file is not that of any file on disk.
void prepare_process();

}  // namespace bytestore::fuse
