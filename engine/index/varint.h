// Integers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set on all but the last
// (LEB128).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace bytestore {

inline constexpr std::size_t kMaxVarintBytes = 10;
inline constexpr std::uint64_t kTopBits = 0x8080808080808080;  // of eight bytes

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

// For many numbers at once: only the last byte of a number is below 0x80. Which of the next kWindow bytes, all of which
// can be read, are the last of one: the first byte in the lowest bit.
inline constexpr std::ptrdiff_t kWindow = 32;
inline std::uint32_t number_ends(const char* from)
{
#ifdef __SSE2__
    const auto tops = [](const char* half) {
        __m128i bytes;
        std::memcpy(&bytes, half, sizeof bytes);
        return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
    };
    return ~(tops(from) | tops(from + kWindow / 2) << 16);
#else
    std::uint32_t ends = 0;
    for (unsigned i = 0; i < kWindow; ++i) {
        ends |= std::uint32_t{static_cast<unsigned char>(from[i]) < 0x80} << i;
    }
    return ends;
#endif
}

// The number that has `size` bytes at `from`, of which eight can be read however many it has.
inline std::uint64_t get_varint_of(const char* from, int size)
{
    if constexpr (std::endian::native != std::endian::little) {
        return get_varint(from);
    }
    std::uint64_t own = 0;
    std::memcpy(&own, from, sizeof own);
    own &= ~kTopBits & (~std::uint64_t{0} >> (64 - 8 * std::min(size, 8)));
    own = (own & 0x007f007f007f007f) | (own & 0x7f007f007f007f00) >> 1;
    own = (own & 0x00003fff00003fff) | (own & 0x3fff00003fff0000) >> 2;
    own = (own & 0x000000000fffffff) | (own & 0x0fffffff00000000) >> 4;
    for (int i = 8; i < size; ++i) {
        own |= std::uint64_t{static_cast<unsigned char>(from[i]) & 0x7fU} << 7 * i;
    }
    return own;
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
