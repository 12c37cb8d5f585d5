// What must be right with the process before its streams are used.
#pragma once

namespace bytestore::tools {

// Makes a closed pipe behind standard output an error of the write rather than the death of the process, and keeps the
// numbers of standard streams that the caller closed from being given to files of the store (an "OK" must not end up in
// the log): using one fails as if it were closed.
void prepare_process();

}  // namespace bytestore::tools
