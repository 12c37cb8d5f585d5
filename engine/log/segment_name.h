// Names of files in a data directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore {

inline constexpr std::string_view kLockName = "LOCK";
// Segments that are being written, not yet of the log: a compaction's, and the next one to append to.
inline constexpr std::string_view kCompactionName = "compaction.tmp";
inline constexpr std::string_view kNextName = "next.tmp";

// log-<20 digits>.dat
std::string segment_name(std::uint64_t number);
// The number of a segment's name; nothing for every other name.
std::optional<std::uint64_t> segment_number(std::string_view name);
// A name that a person could take for a segment's, such as log-7.dat: it is never read.
bool looks_like_segment(std::string_view name);

}  // namespace bytestore
