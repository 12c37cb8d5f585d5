// Reads lines that are not in our form, by accepting exactly what serde_json and derive(Deserialize) accept for
//
//   #[serde(tag = "cmd")] enum Command { Set { key: String, value: String }, Delete { key: String } }
//
// so what the first ByteStore reads is what we read: objects with their fields in any order and unknown ones among
// them, and the arrays ["Set",K,V] and ["Delete",K].
#pragma once

#include "engine/format/record.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::format {

// Errc::damaged for a line, trimmed, that is longer than kMaxForeignLine.
Status check_foreign_size(std::uint64_t size);

// Reads a line of such a size, trimmed. `column` is how many bytes of the line were trimmed from its front, and
// `checked` whether its checksum matched. The decoded value of a Set is appended to `value`. Errc::damaged says why it
// is no record.
Result<Line> parse_foreign(std::string_view text, std::uint64_t column, bool checked, std::string* value);

}  // namespace bytestore::format
