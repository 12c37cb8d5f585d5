#include "engine/format/checksum.h"

#include <array>

namespace bytestore::format {

namespace {

constexpr std::string_view kBefore = ",\"c\":\"";
constexpr std::string_view kAfter = "\"}";

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> kHexValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::uint8_t value = 0; value < 16; ++value) {
        values[static_cast<unsigned char>(kHexDigits[value])] = value;
    }
    return values;
}();

// Without branches on the digits: they are random, and the processor would guess wrong half of the time.
std::optional<std::uint64_t> sum_in(std::string_view tail)
{
    if (!tail.starts_with(kBefore) || !tail.ends_with(kAfter)) {
        return std::nullopt;
    }
    tail.remove_prefix(kBefore.size());
    tail.remove_suffix(kAfter.size());
    std::uint64_t sum = 0;
    unsigned all = 0;
    for (const char digit : tail) {
        const unsigned value = kHexValues[static_cast<unsigned char>(digit)];
        sum = sum << 4 | (value & 0xF);
        all |= value;
    }
    return all == kNoDigit ? std::nullopt : std::optional(sum);
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
