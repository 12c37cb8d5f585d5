// One record is one line. This header is the log's grammar, shared by everything that reads or writes it; bytestore(5)
// says the same in prose.
//
//   {"cmd":"Set","key":K,"value":V[,"mtime":N][,"atime":N][,"ctime":N][,"mode":N][,"uid":N][,"gid":N][,"b":"i/n"][,"d":N],"c":H}
//   {"cmd":"Delete","key":K[, the same fields],"c":H}
//
// The first fields are byte for byte what the first ByteStore (serde_json) writes. The fields stand in this order when
// we write; any order, unknown fields, white space around and the array forms ["Set",K,V] and ["Delete",K] are read. H
// is 16 lower-case hex digits of XXH3-64 (seed 0) over all bytes of the line before `,"c"`, and counts only as the last
// field.
//
// A value string is the value itself, if that is valid UTF-8, does not start with U+0000 and its JSON escapes are at
// most twice its size; else U+0000 "b64:" and standard padded base64; for a symbolic link U+0000 "link:" and the
// target. Any other string that starts with U+0000, or whose base64 is not canonical, is the value literally.
//
// Header (first line of a segment) and seal (last line of a sealed one) are Deletes of a reserved key:
//   {"cmd":"Delete","key":"\u0000bytestore","v":1,"need":[],"id":"<16 hex>","from":N,"prev":N|null,"c":H}
//   {"cmd":"Delete","key":"\u0000bytestore","seal":RECORDS,"size":BYTES,"c":H}
#pragma once

#include "engine/result.h"
#include "engine/types.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::format {

using namespace std::string_view_literals;

inline constexpr std::string_view kStoreKey = "\0bytestore"sv;  // of header and seal
inline constexpr std::uint64_t kVersion = 1;
// Values are encoded, hashed, read and written in pieces of this size.
inline constexpr std::size_t kPiece = std::size_t{1} << 20;
inline constexpr std::size_t kMaxDepth = 127;  // of nested arrays and objects, the record's own included
inline constexpr std::size_t kMaxForeignLine = std::size_t{64} << 20;  // longest line that is not in the form we write

enum class Command : std::uint8_t { set, remove };
// How a value string stands for the value, as above.
enum class Form : std::uint8_t { plain, base64, link };

struct BatchMark {
    std::uint32_t index = 0;  // from 1
    std::uint32_t count = 0;  // at least 2
    bool operator==(const BatchMark&) const = default;
};

struct Fields {
    std::optional<std::int64_t> mtime;
    std::optional<std::int64_t> atime;
    std::optional<std::int64_t> ctime;
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<BatchMark> batch;          // only believed on a line with a checksum
    std::optional<std::uint64_t> synced_to;  // "d"; only believed on a line with a checksum
    bool operator==(const Fields&) const = default;
};

struct Header {
    std::uint64_t version = kVersion;
    std::vector<std::string> need;
    std::string id;  // 16 hex digits
    std::uint64_t from = 0;
    std::optional<std::uint64_t> prev;
    bool operator==(const Header&) const = default;
};

struct Seal {
    std::uint64_t records = 0;  // lines between header and seal
    std::uint64_t size = 0;     // offset of the seal itself
    bool operator==(const Seal&) const = default;
};

// What one line says. `value_begin` and `value_end` delimit the raw text between the quotes of the value string, as
// offsets in the line, if the line is in the form we write; both are 0 otherwise, and for a Delete.
struct Line {
    enum class Type : std::uint8_t { blank, record, header, seal };
    Type type = Type::blank;
    Command command = Command::set;
    bool checked = false;    // it has a checksum, and it matches
    bool bereft = false;     // it has a batch mark, which is never written without a checksum, and none: it lost that
    bool canonical = false;  // it is byte for byte in the form we write, but for white space around it
    std::string odd_field;   // one of `fields` whose value it cannot have, so that it is passed over; empty if none is
    std::string key;
    Kind kind = Kind::bytes;
    std::uint64_t size = 0;  // of the decoded value
    std::uint64_t value_begin = 0;
    std::uint64_t value_end = 0;
    Fields fields;
    std::optional<Header> header;  // if and only if type is header
    Seal seal;                     // if type is seal
};

// Reads one line, given without its newline. A line of nothing but white space is `blank`. With `value`, the decoded
// value of a Set is appended to it. Errc::damaged with a reason (and the column, where it is known) for what the first
// ByteStore would refuse, and for a checksum that does not match. A header or a seal without a matching checksum, or
// one that is not in our form, is an ordinary record. On error `value` may hold a part. The key of an earlier line, as
// `room`, saves the allocation of this one's.
Result<Line> parse_line(std::string_view line, std::string* value = nullptr, std::string room = {});

// The bytes of a line that is too long to be held: fills `into` from `offset` in the line, all of it.
using LineSource = std::function<Status(std::uint64_t offset, std::span<char> into)>;

// The same for a line of `length` bytes that is read piece by piece; memory is bounded by a few pieces (plus key and
// `value`). A line that is not in our form is held whole, and is Errc::damaged if it is over kMaxForeignLine.
Result<Line> parse_long_line(const LineSource& source, std::uint64_t length, std::string* value = nullptr);

// Takes the bytes of lines in the order in which they stand in the file.
using Output = std::function<Status(std::string_view)>;

// Where a Set was written: how long its line is, without the newline, and where in it the text of its value is, as in
// Line.
struct WrittenSet {
    std::uint64_t length = 0;
    std::uint64_t value_begin = 0;
    std::uint64_t value_end = 0;
};

// Each writes one line with its checksum and newline, in pieces of at most kPiece; errors are those of `out`. What is
// no Set returns the length without the newline. Keys are valid UTF-8 of any length; a link's value is valid UTF-8.
Result<WrittenSet> write_set(const Output& out, std::string_view key, Kind kind, std::string_view value,
                             const Fields& fields);
// The same of a value whose form is known.
Result<WrittenSet> write_set(const Output& out, std::string_view key, Form form, std::string_view value,
                             const Fields& fields);
Result<std::uint64_t> write_delete(const Output& out, std::string_view key, const Fields& fields);
Result<std::uint64_t> write_header(const Output& out, const Header& header);
Result<std::uint64_t> write_seal(const Output& out, const Seal& seal);

// Writes a Set whose value string is given as the raw text between its quotes (of `text_length` bytes), as another line
// holds it.
Result<WrittenSet> write_set_raw(const Output& out, std::string_view key, const LineSource& text,
                                 std::uint64_t text_length, const Fields& fields);
Result<WrittenSet> write_set_raw(const Output& out, std::string_view key, std::string_view text, const Fields& fields);
// That text, in the line of a Set that was written by one of these and is known to be undamaged: nothing is checked.
std::string_view value_text_of(std::string_view line);

// Writes the Set that `line` was read as, of the `length` bytes of `source`, with this key and these fields. What need
// not change is copied as it is.
Result<WrittenSet> copy_set(const Output& out, const LineSource& source, std::uint64_t length, const Line& line,
                            std::string_view key, const Fields& fields);

bool is_valid_utf8(std::string_view bytes);

}  // namespace bytestore::format
