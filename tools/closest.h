// Did you mean ...?
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bytestore::tools {

// The word that `typed` becomes with the fewest slips (a character too many, missing, wrong, or two swapped), if these
// are at most one, or a third of the word's length.
std::optional<std::string> closest(std::string_view typed, std::span<const std::string> words);

}  // namespace bytestore::tools
