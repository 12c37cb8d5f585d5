#include "tools/exit_code.h"

namespace bytestore::tools {

// What the operating system did not find is a file: a script must not take that for the answer that the key does not
// exist.
ExitCode exit_code(const Error& error)
{
    return error.code == Errc::not_found && error.os_error == 0 ? ExitCode::key_not_found : ExitCode::failed;
}

}  // namespace bytestore::tools
