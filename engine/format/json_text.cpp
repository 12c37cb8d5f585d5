#include "engine/format/json_text.h"

#include "engine/format/hex_digits.h"

#include <algorithm>
#include <array>

namespace bytestore::format {

namespace {

constexpr std::string_view kLongEscape = "\\u00";
constexpr std::size_t kShortSize = 2;
constexpr std::size_t kLongSize = 6;

char letter_of(char byte)
{
    return kEscapeLetters[static_cast<unsigned char>(byte)];
}

void append_escape(std::string& out, char byte)
{
    const char letter = letter_of(byte);
    if (letter != 'u') {
        out += '\\';
        out += letter;
        return;
    }
    const auto code = static_cast<unsigned char>(byte);
    out += kLongEscape;
    out += kHexDigits[code >> 4];
    out += kHexDigits[code & 0xF];
}

}  // namespace

void append_escaped(std::string& out, std::string_view text)
{
    while (true) {
        const std::size_t plain = plain_run(text).length;
        out += text.substr(0, plain);
        if (plain == text.size()) {
            return;
        }
        append_escape(out, text[plain]);
        text.remove_prefix(plain + 1);
    }
}

// Byte by byte, without a branch: of binary values, which have an escape every few bytes, it is asked most often.
std::uint64_t escaped_size(std::string_view text)
{
    static constexpr auto kSizes = [] {
        std::array<std::uint8_t, kEscapeLetters.size()> sizes{};
        std::ranges::transform(kEscapeLetters, sizes.begin(), [](char letter) {
            return static_cast<std::uint8_t>(letter == 0 ? 1 : letter == 'u' ? kLongSize : kShortSize);
        });
        return sizes;
    }();
    std::uint64_t size = 0;
    for (const char byte : text) {
        size += kSizes[static_cast<unsigned char>(byte)];
    }
    return size;
}

Escape read_long_escape(std::string_view text)
{
    if (text.size() < kLongSize) {
        return {text.size() < kShortSize || text[1] == 'u' ? Match::cut : Match::no};
    }
    const std::size_t high = kHexDigits.find(text[4]);
    const std::size_t low = kHexDigits.find(text[5]);
    if (!text.starts_with(kLongEscape) || high == std::string_view::npos || low == std::string_view::npos) {
        return {};
    }
    const char byte = static_cast<char>(high << 4 | low);
    return letter_of(byte) == 'u' ? Escape{Match::yes, kLongSize, byte} : Escape{};
}

}  // namespace bytestore::format
