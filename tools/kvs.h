// kvs(1): the whole tool but the process around it.
#pragma once

#include "tools/io.h"

#include <span>
#include <string>

namespace bytestore::tools {

// Runs the command line `args` (without the program's name) and returns the exit status. Throws nothing; what went
// wrong is told on io.err. `io.out` is flushed.
int run_kvs(std::span<const std::string> args, Io& io);

}  // namespace bytestore::tools
