#include "engine/format/utf8_text.h"

#include "engine/format/record.h"

#include <utf8.h>
#include <cstdint>
#include <cstring>

namespace bytestore::format {

std::size_t ascii_prefix(std::string_view bytes)
{
    constexpr std::uint64_t kHighs = 0x8080808080808080;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof(word) <= bytes.size(); at += sizeof(word)) {
        std::memcpy(&word, bytes.data() + at, sizeof(word));
        if ((word & kHighs) != 0) {
            break;
        }
    }
    while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) {
        ++at;
    }
    return at;
}

std::size_t valid_utf8_prefix(std::string_view bytes)
{
    // The library goes byte by byte, so it is given short stretches, between which ASCII is skipped fast. A character
    // that the end of a stretch cuts is where the next one starts.
    constexpr std::size_t kStretch = 64;
    std::size_t at = 0;
    while (true) {
        at += ascii_prefix(bytes.substr(at));
        const std::string_view stretch = bytes.substr(at, kStretch);
        const auto valid =
            static_cast<std::size_t>(utf8::find_invalid(stretch.begin(), stretch.end()) - stretch.begin());
        if (valid == 0) {
            return at;
        }
        at += valid;
    }
}

bool is_valid_utf8(std::string_view bytes)
{
    return valid_utf8_prefix(bytes) == bytes.size();
}

}  // namespace bytestore::format
