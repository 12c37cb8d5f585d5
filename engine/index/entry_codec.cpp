#include "engine/index/entry_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

namespace bytestore {

namespace {

char* put_time(char* to, std::int64_t time, std::int64_t reference)
{
    return put_varint(to, zigzag(static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(reference)));
}

std::int64_t time_of(std::uint64_t packed, std::int64_t reference)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(reference) + unzigzag(packed));
}

std::int64_t get_time(const char*& from, std::int64_t reference)
{
    return time_of(get_varint(from), reference);
}

std::uint32_t get_small(const char*& from)
{
    return static_cast<std::uint32_t>(get_varint(from));
}

std::uint8_t flags_of(const Entry& entry)
{
    const Meta& meta = entry.meta;
    return static_cast<std::uint8_t>((entry.kind == Kind::link ? kEntryIsLink : 0) | (meta.atime ? kEntryHasAtime : 0) |
                                     (meta.ctime ? kEntryHasCtime : 0) | (meta.mode ? kEntryHasMode : 0) |
                                     (meta.uid ? kEntryHasUid : 0) | (meta.gid ? kEntryHasGid : 0));
}

char* encode_rare(char* to, const Meta& meta)
{
    for (const auto& time : {meta.atime, meta.ctime}) {
        to = time ? put_time(to, *time, meta.mtime) : to;
    }
    for (const auto& number : {meta.mode, meta.uid, meta.gid}) {
        to = number ? put_varint(to, *number) : to;
    }
    return to;
}

void decode_rare(const char*& from, std::uint8_t flags, Meta& meta)
{
    if (flags & kEntryHasAtime) {
        meta.atime = get_time(from, meta.mtime);
    }
    if (flags & kEntryHasCtime) {
        meta.ctime = get_time(from, meta.mtime);
    }
    if (flags & kEntryHasMode) {
        meta.mode = get_small(from);
    }
    if (flags & kEntryHasUid) {
        meta.uid = get_small(from);
    }
    if (flags & kEntryHasGid) {
        meta.gid = get_small(from);
    }
}

Kind kind_of(std::uint8_t flags)
{
    return flags & kEntryIsLink ? Kind::link : Kind::bytes;
}

// One bit for each number that comes behind the mtime.
unsigned rare_fields(std::uint8_t flags)
{
    return flags & ~unsigned{kEntryIsLink};
}

// All of an entry but its flags, if that fits into a window; what it has for an mtime.
std::optional<std::uint64_t> skip_numbers(const char*& from, std::uint8_t flags)
{
    std::uint32_t ends = number_ends(from);
    const auto drop = [&ends] { ends &= ends - 1; };
    drop();
    drop();
    drop();
    const int begin = std::countr_zero(ends) + 1;  // of mtime, behind segment, offset, length, size
    drop();
    const int size = std::countr_zero(ends) + 1 - begin;
    for (auto rare = rare_fields(flags); rare != 0; rare &= rare - 1) {
        drop();
    }
    if (ends == 0) {
        return std::nullopt;
    }
    const auto mtime = get_varint_of(from + begin, size);
    from += std::countr_zero(ends) + 1;
    return mtime;
}

}  // namespace

char* encode_entry(char* to, const Entry& entry, std::int64_t mtime_reference)
{
    *to++ = static_cast<char>(flags_of(entry));
    to = put_varint(to, entry.segment);
    to = put_varint(to, entry.offset);
    to = put_varint(to, entry.length);
    to = put_varint(to, entry.size);
    to = put_time(to, entry.meta.mtime, mtime_reference);
    return encode_rare(to, entry.meta);
}

// A key that is short is copied twice, since an append of its own costs more.
void append_entry(std::string& bytes, std::initializer_list<std::uint64_t> numbers, std::string_view key,
                  const Entry& entry, std::int64_t mtime_reference)
{
    constexpr std::size_t kShort = 128;
    std::array<char, 2 * kMaxVarintBytes + kShort + kMaxEntryBytes> packed;
    char* end = packed.data();
    for (const auto number : numbers) {
        end = put_varint(end, number);
    }
    if (key.size() <= kShort) {
        end = std::copy(key.begin(), key.end(), end);
    } else {
        bytes.append(packed.data(), end).append(key);
        end = packed.data();
    }
    bytes.append(packed.data(), encode_entry(end, entry, mtime_reference));
}

Entry decode_entry(const char*& from, std::int64_t mtime_reference)
{
    Entry entry;
    const auto flags = static_cast<std::uint8_t>(*from++);
    entry.kind = kind_of(flags);
    entry.segment = get_small(from);
    entry.offset = get_varint(from);
    entry.length = get_varint(from);
    entry.size = get_varint(from);
    entry.meta.mtime = get_time(from, mtime_reference);
    if (flags & ~kEntryIsLink) {
        decode_rare(from, flags, entry.meta);
    }
    return entry;
}

std::int64_t skip_entry(const char*& from, const char* end, std::int64_t mtime_reference)
{
    const auto flags = static_cast<std::uint8_t>(*from++);
    constexpr auto kRead =
        kWindow + std::ptrdiff_t{sizeof(std::uint64_t)};  // get_varint_of may read on behind the window
    if (const auto mtime = end - from < kRead ? std::nullopt : skip_numbers(from, flags)) {
        return time_of(*mtime, mtime_reference);
    }
    for (int i = 0; i < 4; ++i) {
        get_varint(from);  // segment, offset, length, size
    }
    const std::int64_t mtime = get_time(from, mtime_reference);
    for (auto rare = rare_fields(flags); rare != 0; rare &= rare - 1) {
        get_varint(from);
    }
    return mtime;
}

Kind kind_of_entry(const char* from)
{
    return kind_of(static_cast<std::uint8_t>(*from));
}

}  // namespace bytestore
