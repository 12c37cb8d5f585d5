#include "engine/record_size.h"

#include "engine/format/json_text.h"
#include "engine/format/value_codec.h"

#include <algorithm>

namespace bytestore {
namespace {

// Names, quotes and all fields that a line can have, its checksum and its newline.
constexpr std::uint64_t kLineBytes = 256;
// Of what stands in front of the text of a link or of base64, and of base64's padding.
constexpr std::uint64_t kMarkBytes = 16;

std::uint64_t base64_bytes(std::uint64_t size)
{
    return size / format::kBase64Bytes * format::kBase64Chars + kMarkBytes;
}

}  // namespace

std::uint64_t escaped_bytes(std::string_view bytes)
{
    return format::escaped_size(bytes);
}

// Whether a value will be written plain or as base64 is known only when all of it is there.
std::uint64_t set_bytes(std::string_view key, Kind kind, std::uint64_t size, std::uint64_t escaped)
{
    const auto text = kind == Kind::link ? escaped + kMarkBytes
                                         : std::max(std::min(escaped, format::kMostGrowth * size), base64_bytes(size));
    return set_bytes(key, text);
}

std::uint64_t set_bytes(std::string_view key, std::uint64_t text)
{
    return delete_bytes(key) + text;
}

// The text is copied as it is, or, where it is not in our spelling, written anew.
std::uint64_t copy_bytes(std::string_view key, const Entry& source)
{
    return delete_bytes(key) + std::max(source.length, base64_bytes(source.size));
}

std::uint64_t delete_bytes(std::string_view key)
{
    return kLineBytes + escaped_bytes(key);
}

}  // namespace bytestore
