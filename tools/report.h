// What kvs says when something went wrong: one line on standard error.
#pragma once

#include "engine/result.h"
#include "tools/exit_code.h"

#include <ostream>
#include <string_view>

namespace bytestore::tools {

// Prints `kvs: WHAT` and, where there is something to do about it, that; returns the exit code. Of a reader of standard
// output that went away nothing is said.
ExitCode report(const Error& error, std::ostream& err);

// The answer for a key that is not there, as the first ByteStore gives it.
ExitCode report_key_not_found(std::string_view key, std::ostream& err);

}  // namespace bytestore::tools
