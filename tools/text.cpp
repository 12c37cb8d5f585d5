#include "tools/text.h"

#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace bytestore::tools {
namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// Unicode's categories Cc, Cf, Co, Zl, Zp, and Zs but the space.
constexpr std::array kUnprintable = {
    Range{0x0, 0x1f},        Range{0x7f, 0xa0},       Range{0xad, 0xad},       Range{0x600, 0x605},
    Range{0x61c, 0x61c},     Range{0x6dd, 0x6dd},     Range{0x70f, 0x70f},     Range{0x890, 0x891},
    Range{0x8e2, 0x8e2},     Range{0x1680, 0x1680},   Range{0x180e, 0x180e},   Range{0x2000, 0x200f},
    Range{0x2028, 0x202f},   Range{0x205f, 0x206f},   Range{0x3000, 0x3000},   Range{0xe000, 0xf8ff},
    Range{0xfeff, 0xfeff},   Range{0xfff9, 0xfffb},   Range{0x110bd, 0x110bd}, Range{0x110cd, 0x110cd},
    Range{0x13430, 0x13438}, Range{0x1bca0, 0x1bca3}, Range{0x1d173, 0x1d17a}, Range{0xe0001, 0x10ffff},
};

bool is_printable(std::uint32_t character)
{
    return std::ranges::none_of(kUnprintable,
                                [=](Range range) { return range.first <= character && character <= range.last; });
}

std::string escaped(std::uint32_t character, std::string_view bytes)
{
    switch (character) {
        case '\0':
            return "\\0";
        case '\t':
            return "\\t";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        default:
            return is_printable(character) ? std::string(bytes) : fmt::format("\\u{{{:x}}}", character);
    }
}

}  // namespace

std::string padded(std::string_view text, std::size_t width)
{
    const auto is_character_start = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; };
    const auto characters = static_cast<std::size_t>(std::ranges::count_if(text, is_character_start));
    return std::string(text) + std::string(width - std::min(width, characters), ' ');
}

std::string in_quotes(std::string_view text)
{
    std::string result = "\"";
    for (auto at = text.begin(); at != text.end();) {
        const auto invalid = utf8::find_invalid(at, text.end());
        while (at != invalid) {
            const auto begin = at;
            const std::uint32_t character = utf8::unchecked::next(at);
            result += escaped(character, {begin, at});
        }
        if (at != text.end()) {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(*at++));
        }
    }
    return result + '"';
}

}  // namespace bytestore::tools
