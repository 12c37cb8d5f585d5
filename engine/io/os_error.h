// The one translation from an errno to an Error.
#pragma once

#include "engine/result.h"

#include <string_view>

namespace bytestore {

// "cannot <action> <name>: <text of the errno>", with the Errc that fits it.
std::unexpected<Error> os_failure(int os_error, std::string_view action, std::string_view name);

}  // namespace bytestore
