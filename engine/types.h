// The words that the store and its users share: what a record says about a value besides its bytes, and where it lies.
#pragma once

#include "engine/packed_names.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore {

inline constexpr std::size_t kMaxKeyBytes = std::size_t{64} * 1024;
inline constexpr std::uint64_t kDefaultMaxValue = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kLargeValue = std::uint64_t{128} << 10;  // larger ones can be read piece by piece
inline constexpr std::uint64_t kLargestMaxValue = std::uint64_t{1} << 30;

// What the value of a key is. It is stored in the value string itself, so that it survives readers that drop unknown
// fields.
enum class Kind : std::uint8_t {
    bytes,  // any sequence of bytes
    link,   // a symbolic link; the value is its target, valid UTF-8
};

// Times are nanoseconds since 1970. What is not set takes its default: atime and ctime are the mtime, mode is that of
// the kind of file, the owner is the owner of the data directory.
struct Meta {
    std::int64_t mtime = 0;
    std::optional<std::int64_t> atime;
    std::optional<std::int64_t> ctime;
    std::optional<std::uint32_t> mode;  // bits 07777
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;

    bool operator==(const Meta&) const = default;
};

// Where the last record of a live key lies, and what can be told of it without reading the value.
struct Entry {
    std::uint32_t segment = 0;  // slot in the store's table of segments (not its number)
    std::uint64_t offset = 0;   // of the line in the segment's file
    std::uint64_t length = 0;   // of the line, without its newline
    std::uint64_t size = 0;     // of the decoded value
    Kind kind = Kind::bytes;
    Meta meta;

    bool operator==(const Entry&) const = default;
};

// One page of an ordered listing, in the manner of an object store.
struct ListRequest {
    std::string prefix;                // only keys that start with it
    std::optional<char> delimiter;     // keys that hold it behind the prefix are folded into one group each
    std::optional<std::string> after;  // only items whose name is above it; none: from the start
    std::size_t limit = SIZE_MAX;      // items at most
};

struct ListItem {
    std::string name;  // the whole key; for a group the common prefix, up to and including the delimiter
    bool group = false;
    Entry entry;  // of the key; meaningless for a group
};

// The same, of which only the names are wanted: those are without the request's prefix, and a group's without its
// delimiter. None for a group.
using ListedNames = PackedNames<std::optional<Kind>>;

}  // namespace bytestore
