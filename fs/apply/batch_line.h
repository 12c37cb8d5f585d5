// The line that begins a batch: {"batch":N}
#pragma once

#include "engine/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace bytestore::fs {

// N, if `line` is meant as such a line; white space is allowed as in any JSON. Errc::invalid if it is, but is not
// right: N is a whole number from 1 to `most`, and nothing else stands in the line.
Result<std::optional<std::uint64_t>> parse_batch_line(std::string_view line, std::uint64_t most);

}  // namespace bytestore::fs
