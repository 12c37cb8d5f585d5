// What kvs tells its caller by its exit status. This is the one map from an error to it; the numbers are those of the
// first ByteStore.
#pragma once

#include "engine/result.h"

namespace bytestore::tools {

enum class ExitCode : int {
    ok = 0,
    failed = 1,         // anything that is neither of the others, a wrong command line included
    key_not_found = 2,  // a negative answer
};

ExitCode exit_code(const Error& error);

}  // namespace bytestore::tools
