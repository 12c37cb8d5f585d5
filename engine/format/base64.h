// Standard base64, padded, of many bytes: with vectors where the processor has them, and what is left over, and all of
// it elsewhere, by a library.
#pragma once

#include <cstddef>
#include <string_view>

namespace bytestore::format {

inline constexpr std::size_t kBase64Bytes = 3;  // of a group
inline constexpr std::size_t kBase64Chars = 4;  // that stand for it
inline constexpr auto kInvalidBase64 = static_cast<std::size_t>(-1);

// How many characters stand for so many bytes.
constexpr std::size_t base64_chars(std::size_t bytes)
{
    return (bytes + kBase64Bytes - 1) / kBase64Bytes * kBase64Chars;
}
// The room that it takes to decode so many characters: somewhat more than the bytes they stand for.
constexpr std::size_t base64_room(std::size_t chars)
{
    return chars / kBase64Chars * kBase64Bytes + 2;
}

// Writes base64_chars(bytes.size()) characters, and a zero behind them, to `out`; returns how many without that.
std::size_t encode_base64(std::string_view bytes, char* out);
// Writes what `chars` stand for to `out`, which has base64_room for it, or is where they are or before that. Returns
// how many bytes, or kInvalidBase64. Of padded text the bits that the last group leaves over may be anything.
std::size_t decode_base64(std::string_view chars, char* out);

}  // namespace bytestore::format
