// White space around a line: what Unicode calls White_Space, as the first ByteStore's str::trim takes it.
#pragma once

#include <cstddef>
#include <string_view>

namespace bytestore::format {

inline constexpr std::size_t kLongestWhite = 3;  // bytes of a white character

// The bytes of white space that `text` starts or ends with. A character that the text's edge cuts is none.
std::size_t leading_white(std::string_view text);
std::size_t trailing_white(std::string_view text);

}  // namespace bytestore::format
