#include "engine/format/checksum.h"

#include "engine/format/hex_digits.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <bit>
#include <climits>
#include <cstring>

namespace bytestore::format {

namespace {

constexpr std::string_view kBefore = ",\"c\":\"";
constexpr std::string_view kAfter = "\"}";

// A number of which every byte is `byte`.
constexpr std::uint64_t in_each(std::uint8_t byte)
{
    return std::uint64_t{0x0101010101010101} * byte;
}

// Eight hex digits, all at once: as digits they are random, and a processor that has to guess at each guesses wrong
// half of the time. False if one of them is none of kHexDigits.
bool read_eight_digits(const char* digits, std::uint64_t& out)
{
    std::uint64_t text = 0;
    std::memcpy(&text, digits, sizeof(text));
    if constexpr (std::endian::native == std::endian::little) {
        text = std::byteswap(text);
    }
    const std::uint64_t letters = text >> 6 & in_each(1);
    const std::uint64_t values = (text & in_each(0xF)) + letters * 9;
    const std::uint64_t above_nine = (values + in_each(0x76)) >> 7 & in_each(1);
    std::uint64_t packed = (values | values >> 4) & 0x00FF00FF00FF00FF;
    packed = (packed | packed >> 8) & 0x0000FFFF0000FFFF;
    out = (packed | packed >> 16) & 0xFFFFFFFF;
    return (values & in_each(0xF0)) == 0 && values + in_each('0') + above_nine * ('a' - '9' - 1) == text;
}

bool read_sum(std::string_view tail, std::uint64_t& sum)
{
    constexpr std::size_t kHalf = 8;
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    if (!tail.starts_with(kBefore) || !tail.ends_with(kAfter) ||
        !read_eight_digits(tail.data() + kBefore.size(), high) ||
        !read_eight_digits(tail.data() + kBefore.size() + kHalf, low)) {
        return false;
    }
    sum = high << 32 | low;
    return true;
}

}  // namespace

std::uint64_t checksum_of(std::string_view bytes)
{
    constexpr std::size_t kMany = 2048;
    return bytes.size() < kMany ? XXH3_64bits(bytes.data(), bytes.size()) : checksum_of_many(bytes);
}

bool split_checksum(std::string_view text, CheckedText& parts)
{
    if (!text.ends_with('}')) {
        return false;
    }
    parts.has_sum = text.size() >= kChecksumTail && read_sum(text.substr(text.size() - kChecksumTail), parts.sum);
    parts.body = text.substr(0, text.size() - (parts.has_sum ? kChecksumTail : 1));
    return true;
}

void append_checksum(std::string& body, std::uint64_t sum)
{
    constexpr unsigned kDigitBits = 4;
    std::array<char, sizeof sum * CHAR_BIT / kDigitBits> digits;
    for (char& digit : digits) {
        digit = kHexDigits[sum >> (sizeof sum * CHAR_BIT - kDigitBits)];
        sum <<= kDigitBits;
    }
    body.append(kBefore).append(digits.data(), digits.size()).append(kAfter);
}

}  // namespace bytestore::format
