// How many bytes of the log a record takes at most, told before it is written.
#pragma once

#include "engine/types.h"

#include <cstdint>
#include <string_view>

namespace bytestore {

// What `bytes` take in a record's text. Additive: the sum over pieces is that of the whole.
std::uint64_t escaped_bytes(std::string_view bytes);

// A Set of a value of `size` bytes, of which escaped_bytes() is at most `escaped`.
std::uint64_t set_bytes(std::string_view key, Kind kind, std::uint64_t size, std::uint64_t escaped);
// The same, once it is known how many bytes its text has; never more than that.
std::uint64_t set_bytes(std::string_view key, std::uint64_t text);
// A Set of the value that another record holds.
std::uint64_t copy_bytes(std::string_view key, const Entry& source);
std::uint64_t delete_bytes(std::string_view key);

}  // namespace bytestore
