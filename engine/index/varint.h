// Integers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set on all but the last
// (LEB128).
#pragma once

#include <cstddef>
#include <cstdint>

namespace bytestore {

inline constexpr std::size_t kMaxVarintBytes = 10;

// Writes at most kMaxVarintBytes at `to`; returns the end of what it wrote.
inline char* put_varint(char* to, std::uint64_t value)
{
    while (value >= 0x80) {
        *to++ = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    *to++ = static_cast<char>(value);
    return to;
}

// Reads what put_varint wrote and moves `from` behind it.
inline std::uint64_t get_varint(const char*& from)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(*from++);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) {
            break;
        }
    }
    return value;
}

inline void skip_varints(const char*& from, int count)
{
    while (count > 0) {
        count -= static_cast<unsigned char>(*from++) < 0x80 ? 1 : 0;
    }
}

// A difference modulo 2^64, so that small ones of either sign become small numbers.
inline std::uint64_t zigzag(std::uint64_t difference)
{
    return (difference << 1) ^ (0 - (difference >> 63));
}

inline std::uint64_t unzigzag(std::uint64_t value)
{
    return (value >> 1) ^ (0 - (value & 1));
}

}  // namespace bytestore
