// How many files a process may have open.
#pragma once

namespace bytestore {

// As many as the system lets it: every segment of a store is one, and every open file of a mount may be. Where the
// limit stays as it was, opening says so when it is reached.
void raise_file_limit();

}  // namespace bytestore
