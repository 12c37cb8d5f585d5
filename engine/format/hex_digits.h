// Hexadecimal, in lower case as everywhere in a log.
#pragma once

#include <string_view>

namespace bytestore::format {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace bytestore::format
