// The fields of a record behind its key and value.
#pragma once

#include "engine/format/cursor.h"
#include "engine/format/record.h"

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bytestore::format {

inline constexpr std::uint32_t kMostMode = 07777;
inline constexpr std::string_view kBatchField = "b";
inline constexpr std::string_view kSyncedField = "d";

// In the spelling and the order of record.h, each with a comma before it.
void append_fields(std::string& out, const Fields& fields);
// Reads all of `text` into fields that are empty. False if append_fields could not have written it; then they may hold
// a part.
bool read_fields(std::string_view text, Fields& fields);

// "i/n"
std::optional<BatchMark> parse_batch_mark(std::string_view text);

// Forgets what is said of the line's place in its segment, the batch and what was synced: that is only believed on a
// line with a checksum, and no copy of the line has it.
void forget_place(Fields& fields);

// Calls `visit(name, field, largest)` for each number in front of the batch mark, in the order in which they are
// written.
template <class F, class Visit>
void for_each_number(F& fields, Visit&& visit)
{
    constexpr std::int64_t kMostTime = std::numeric_limits<std::int64_t>::max();
    constexpr std::uint32_t kMostId =
        std::numeric_limits<std::uint32_t>::max() - 1;  // the last is none, as in chown(2)
    visit(std::string_view("mtime"), fields.mtime, kMostTime);
    visit(std::string_view("atime"), fields.atime, kMostTime);
    visit(std::string_view("ctime"), fields.ctime, kMostTime);
    visit(std::string_view("mode"), fields.mode, kMostMode);
    visit(std::string_view("uid"), fields.uid, kMostId);
    visit(std::string_view("gid"), fields.gid, kMostId);
}

}  // namespace bytestore::format
