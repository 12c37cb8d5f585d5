#include "engine/format/checksum.h"

#include <bit>
#include <cstring>

namespace bytestore::format {

namespace {

constexpr std::string_view kBefore = ",\"c\":\"";
constexpr std::string_view kAfter = "\"}";

constexpr std::string_view kHexDigits = "0123456789abcdef";

// A number of which every byte is `byte`.
constexpr std::uint64_t in_each(std::uint8_t byte)
{
    return std::uint64_t{0x0101010101010101} * byte;
}

// Eight hex digits, all at once: as digits they are random, and a processor that has to guess at each guesses wrong
// half of the time. Nothing if one of them is none of kHexDigits.
std::optional<std::uint32_t> eight_digits(const char* digits)
{
    std::uint64_t text = 0;
    std::memcpy(&text, digits, sizeof(text));
    if constexpr (std::endian::native == std::endian::little) {
        text = std::byteswap(text);
    }
    const std::uint64_t letters = text >> 6 & in_each(1);
    const std::uint64_t values = (text & in_each(0xF)) + letters * 9;
    const std::uint64_t above_nine = (values + in_each(0x76)) >> 7 & in_each(1);
    if ((values & in_each(0xF0)) != 0 || values + in_each('0') + above_nine * ('a' - '9' - 1) != text) {
        return std::nullopt;
    }
    std::uint64_t packed = (values | values >> 4) & 0x00FF00FF00FF00FF;
    packed = (packed | packed >> 8) & 0x0000FFFF0000FFFF;
    return static_cast<std::uint32_t>(packed | packed >> 16);
}

std::optional<std::uint64_t> sum_in(std::string_view tail)
{
    constexpr std::size_t kHalf = 8;
    if (!tail.starts_with(kBefore) || !tail.ends_with(kAfter)) {
        return std::nullopt;
    }
    const auto high = eight_digits(tail.data() + kBefore.size());
    const auto low = eight_digits(tail.data() + kBefore.size() + kHalf);
    return high && low ? std::optional(std::uint64_t{*high} << 32 | *low) : std::nullopt;
}

}  // namespace

std::uint64_t checksum_of(std::string_view bytes)
{
    return XXH3_64bits(bytes.data(), bytes.size());
}

Checksum::Checksum()
{
    XXH3_64bits_reset(&state_);
}

void Checksum::add(std::string_view bytes)
{
    XXH3_64bits_update(&state_, bytes.data(), bytes.size());
}

std::uint64_t Checksum::value() const
{
    return XXH3_64bits_digest(&state_);
}

std::optional<CheckedText> split_checksum(std::string_view text)
{
    if (!text.ends_with('}')) {
        return std::nullopt;
    }
    if (text.size() >= kChecksumTail) {
        if (const auto sum = sum_in(text.substr(text.size() - kChecksumTail))) {
            return CheckedText{text.substr(0, text.size() - kChecksumTail), sum};
        }
    }
    return CheckedText{text.substr(0, text.size() - 1), std::nullopt};
}

std::string checksum_tail(std::uint64_t sum)
{
    constexpr unsigned kDigitBits = 4;
    std::string tail(kBefore);
    tail.reserve(kChecksumTail + 1);
    for (unsigned shift = 64; shift > 0;) {
        shift -= kDigitBits;
        tail += kHexDigits[sum >> shift & 0xF];
    }
    return tail += kAfter;
}

}  // namespace bytestore::format
