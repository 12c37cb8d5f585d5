// Integers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set on all but the last
// (LEB128).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bytestore {

inline constexpr std::size_t kMaxVarintBytes = 10;
inline constexpr std::uint64_t kTopBits = 0x8080808080808080;  // of eight bytes

inline std::uint64_t load_eight(const char* from)
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof bytes);
    return bytes;
}

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

// The same two, and quicker, where `end`, up to which bytes can be read, is not near: eight bytes at a time. Only the
// last byte of a number is below 0x80.
inline void skip_varints(const char*& from, const char* end, int count)
{
    if (std::endian::native == std::endian::little && end - from >= 8) {
        std::uint64_t ends = ~load_eight(from) & kTopBits;
        for (int skipped = 1; skipped < count; ++skipped) {
            ends &= ends - 1;
        }
        if (ends != 0) {
            from += std::countr_zero(ends) / 8 + 1;
            return;
        }
    }
    for (int left = count; left > 0; --left) {
        get_varint(from);
    }
}

inline std::uint64_t get_varint(const char*& from, const char* end)
{
    if (std::endian::native == std::endian::little && end - from >= 8) {
        const std::uint64_t bytes = load_eight(from);
        if (const std::uint64_t ends = ~bytes & kTopBits; ends != 0) {
            from += std::countr_zero(ends) / 8 + 1;
            const std::uint64_t own = bytes & (ends ^ (ends - 1)) & ~kTopBits;
            const std::uint64_t pairs = (own & 0x007f007f007f007f) | (own & 0x7f007f007f007f00) >> 1;
            const std::uint64_t fours = (pairs & 0x00003fff00003fff) | (pairs & 0x3fff00003fff0000) >> 2;
            return (fours & 0x000000000fffffff) | (fours & 0x0fffffff00000000) >> 4;
        }
    }
    return get_varint(from);
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
