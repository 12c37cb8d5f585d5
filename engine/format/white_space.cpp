#include "engine/format/white_space.h"

#include <algorithm>
#include <array>

namespace bytestore::format {

namespace {

using namespace std::string_view_literals;

constexpr std::array kWideWhite{"\u0085"sv, "\u00a0"sv, "\u1680"sv, "\u2000"sv, "\u2001"sv, "\u2002"sv, "\u2003"sv,
                                "\u2004"sv, "\u2005"sv, "\u2006"sv, "\u2007"sv, "\u2008"sv, "\u2009"sv, "\u200a"sv,
                                "\u2028"sv, "\u2029"sv, "\u202f"sv, "\u205f"sv, "\u3000"sv};

bool is_ascii(char byte)
{
    return static_cast<unsigned char>(byte) < 0x80;
}

bool is_ascii_white(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

template <class Matches>
std::size_t wide_white(Matches matches)
{
    const auto* const found = std::find_if(kWideWhite.begin(), kWideWhite.end(), matches);
    return found == kWideWhite.end() ? 0 : found->size();
}

std::size_t white_at_front(std::string_view text)
{
    if (text.empty() || is_ascii(text.front())) {
        return !text.empty() && is_ascii_white(text.front()) ? 1 : 0;
    }
    return wide_white([text](std::string_view white) { return text.starts_with(white); });
}

std::size_t white_at_back(std::string_view text)
{
    if (text.empty() || is_ascii(text.back())) {
        return !text.empty() && is_ascii_white(text.back()) ? 1 : 0;
    }
    return wide_white([text](std::string_view white) { return text.ends_with(white); });
}

}  // namespace

std::size_t leading_white(std::string_view text)
{
    std::size_t total = 0;
    while (const std::size_t white = white_at_front(text.substr(total))) {
        total += white;
    }
    return total;
}

std::size_t trailing_white(std::string_view text)
{
    std::size_t total = 0;
    while (const std::size_t white = white_at_back(text.substr(0, text.size() - total))) {
        total += white;
    }
    return total;
}

}  // namespace bytestore::format
