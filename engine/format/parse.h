// The steps of parsing that lines held and lines read in pieces have in common.
#pragma once

#include "engine/format/record.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::format {

// parse_line for a line that is trimmed and not empty; `begin` is how many bytes were trimmed from its front.
Result<Line> parse_trimmed(std::string_view text, std::uint64_t begin, std::string* value, std::string room = {});

// Completes what `recognise` filled, moving its offsets from the body to the line.
void complete_canonical(Line& line, std::uint64_t begin);

}  // namespace bytestore::format
