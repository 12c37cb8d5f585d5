// The two lines that are no records to us: the header and the seal of a segment, without the checksum at their end.
#pragma once

#include "engine/format/record.h"

#include <optional>
#include <string>
#include <string_view>

namespace bytestore::format {

// The fields behind the reserved key, each with a comma before it.
void append_header(std::string& out, const Header& header);
void append_seal(std::string& out, const Seal& seal);

// Each reads `text` if its counterpart above could have written it, in this version or, with further fields behind, in
// a later one. Of a header with a higher version or with needs, only those two are read.
std::optional<Header> read_header(std::string_view text);
std::optional<Seal> read_seal(std::string_view text);

}  // namespace bytestore::format
