// The values that options take, from text. Errc::invalid says what would have been right; the caller names the option.
#pragma once

#include "engine/options.h"
#include "engine/result.h"

#include <cstdint>
#include <string_view>

namespace bytestore::fuse {

// A decimal number from `least` to `most`, nothing before or after it.
Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most);
// As parse_number; K, M and G at the end multiply by 1024, 1024² and 1024³.
Result<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t least, std::uint64_t most);
Result<SyncMode> parse_sync_mode(std::string_view text);
std::string_view sync_mode_name(SyncMode mode);

}  // namespace bytestore::fuse
