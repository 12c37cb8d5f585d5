// The packed form of an Entry, in the index and in what its loader holds:
//
//   flags    one byte, below
//   segment, offset, length, size    varints
//   mtime    zig-zag varint of the difference to a reference that writer and reader agree on
//   atime, ctime    zig-zag varints of the difference to mtime, each only with its flag
//   mode, uid, gid  varints, each only with its flag
#pragma once

#include "engine/index/varint.h"
#include "engine/types.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace bytestore {

enum EntryFlag : std::uint8_t {
    kEntryIsLink = 1,
    kEntryHasAtime = 2,
    kEntryHasCtime = 4,
    kEntryHasMode = 8,
    kEntryHasUid = 16,
    kEntryHasGid = 32,
    kEntryFlags = 63,  // all of them; other bits are never set
};

inline constexpr std::size_t kMaxEntryBytes = 1 + 11 * kMaxVarintBytes;

// Writes at most kMaxEntryBytes at `to`; returns the end of what it wrote.
char* encode_entry(char* to, const Entry& entry, std::int64_t mtime_reference);

// Appends to `bytes` numbers as varints (two at most), a key, and the entry.
void append_entry(std::string& bytes, std::initializer_list<std::uint64_t> numbers, std::string_view key,
                  const Entry& entry, std::int64_t mtime_reference);

// Reads what encode_entry wrote with the same reference and moves `from` behind it. The bytes are trusted.
Entry decode_entry(const char*& from, std::int64_t mtime_reference);
// The same for an entry of which only the mtime is wanted; bytes up to `end` can be read.
std::int64_t skip_entry(const char*& from, const char* end, std::int64_t mtime_reference);
// For one of which only the kind is.
Kind kind_of_entry(const char* from);

}  // namespace bytestore
