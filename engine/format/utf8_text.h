// Which bytes are UTF-8: RFC 3629, so no surrogates, no overlong forms, nothing above U+10FFFF. is_valid_utf8 is in
// record.h.
#pragma once

#include <cstddef>
#include <string_view>

namespace bytestore::format {

inline constexpr std::size_t kLongestCharacter = 4;  // in bytes

// The length of the longest start of `bytes` that is ASCII, and that is valid.
std::size_t ascii_prefix(std::string_view bytes);
std::size_t valid_utf8_prefix(std::string_view bytes);

}  // namespace bytestore::format
