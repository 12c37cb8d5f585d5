// Where the engine's remarks go: lines `kvs: LEVEL: TEXT` on standard error.
#pragma once

#include "engine/options.h"

#include <ostream>

namespace bytestore::tools {

// Warnings and errors always; with verbosity 1 what the store does (info), with 2 and more every detail. `err` must
// outlive the function, which may be called from any thread.
LogFunction make_log(std::ostream& err, int verbosity);

}  // namespace bytestore::tools
