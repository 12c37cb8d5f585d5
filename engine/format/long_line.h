// Lines that are too long to be held.
#pragma once

#include "engine/format/record.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace bytestore::format {

// parse_long_line with pieces of `piece` bytes, at least one.
Result<Line> parse_in_pieces(const LineSource& source, std::uint64_t length, std::string* value, std::size_t piece);

}  // namespace bytestore::format
