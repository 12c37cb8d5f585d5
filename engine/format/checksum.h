// The checksum of a line: XXH3-64, seed 0, of all bytes before `,"c"`, as 16 lower-case hex digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::format {

std::uint64_t checksum_of(std::string_view bytes);
// The same: faster if there are many.
std::uint64_t checksum_of_many(std::string_view bytes);

// The same of bytes that come in pieces.
class Checksum {
public:
    Checksum();
    void add(std::string_view bytes);
    std::uint64_t value() const;

private:
    alignas(64) std::array<std::byte, 576> state_;  // the library's
};

// A line, trimmed, taken apart where its checksum starts.
struct CheckedText {
    std::string_view body;  // what the checksum covers; without one, all but the closing brace
    // Two members: an optional is stored in pieces and copied as a whole, which a processor waits for.
    bool has_sum = false;
    std::uint64_t sum = 0;  // what the line says it is
};

inline constexpr std::size_t kChecksumTail = 24;  // bytes of ,"c":"0123456789abcdef"}

// In JSON such a tail can only be the last field of the outermost object, so it is recognised by its bytes alone. False
// for a text that does not end in a brace.
bool split_checksum(std::string_view text, CheckedText& parts);
// Makes a body that has this sum a whole line.
void append_checksum(std::string& body, std::uint64_t sum);

}  // namespace bytestore::format
