// bytestore-mount(8): from the command line to the exit status.
#pragma once

namespace bytestore::fuse {

// Exit status: 0, or 1 for every error, which is one line on stderr. In the background it returns once the mount
// answers.
int run_mount(int argc, char** argv);

}  // namespace bytestore::fuse
