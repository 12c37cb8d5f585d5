#include "engine/format/canonical.h"
#include "engine/format/fields.h"
#include "engine/format/line_writer.h"
#include "engine/format/plain_run.h"
#include "engine/format/record.h"
#include "engine/format/segment_marks.h"
#include "engine/format/value_codec.h"

#include <algorithm>
#include <span>
#include <string>

namespace bytestore::format {

namespace {

Status write_set_head(LineWriter& line, std::string_view key)
{
    TRY(line.raw(kSetHead));
    TRY(line.escaped(key));
    return line.raw(kBetween);
}

// The start of `text` up to the quote that ends it.
std::string_view before_quote(std::string_view text)
{
    std::size_t end = plain_run(text).length;
    while (text[end] != '"') {
        const std::size_t behind = end + 2;  // a backslash and what it escapes
        end = behind + plain_run(text.substr(behind)).length;
    }
    return text.substr(0, end);
}

Status write_delete_head(LineWriter& line, std::string_view key)
{
    TRY(line.raw(kDeleteHead));
    TRY(line.escaped(key));
    return line.raw("\"");
}

Status write_value(LineWriter& line, Form form, std::string_view value)
{
    switch (form) {
        case Form::base64:
            TRY(line.escaped(kBase64Mark));
            return line.base64(value);
        case Form::link:
            TRY(line.escaped(kLinkMark));
            return line.escaped(value);
        case Form::plain:
            break;
    }
    return line.escaped(value);
}

Result<WrittenSet> copy_line(const Output& out, const LineSource& source, std::uint64_t length, const Line& line)
{
    std::string piece;
    for (std::uint64_t at = 0; at < length; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(length - at, kPiece)));
        TRY(source(at, piece));
        TRY(out(piece));
    }
    TRY(out("\n"));
    return WrittenSet{.length = length, .value_begin = line.value_begin, .value_end = line.value_end};
}

// Behind the text of the value, which begins at `begin`.
Result<WrittenSet> finish_set(LineWriter& line, std::uint64_t begin, const Fields& fields)
{
    WrittenSet set{.value_begin = begin, .value_end = line.size()};
    TRY(line.raw("\""));
    TRY(line.fields(fields));
    TRY_ASSIGN(set.length, line.finish());
    return set;
}

// A line of ours under the reserved key.
Result<std::uint64_t> write_mark(const Output& out, std::string_view text)
{
    LineWriter line(out);
    TRY(write_delete_head(line, kStoreKey));
    TRY(line.raw(text));
    return line.finish();
}

}  // namespace

Result<WrittenSet> write_set(const Output& out, std::string_view key, Kind kind, std::string_view value,
                             const Fields& fields)
{
    return write_set(out, key, spelling_of(kind, value).form, value, fields);
}

Result<WrittenSet> write_set(const Output& out, std::string_view key, Form form, std::string_view value,
                             const Fields& fields)
{
    LineWriter line(out);
    TRY(write_set_head(line, key));
    const auto begin = line.size();
    TRY(write_value(line, form, value));
    return finish_set(line, begin, fields);
}

Result<WrittenSet> write_set_raw(const Output& out, std::string_view key, const LineSource& text,
                                 std::uint64_t text_length, const Fields& fields)
{
    LineWriter line(out);
    TRY(write_set_head(line, key));
    const auto begin = line.size();
    TRY(line.from(text, text_length));
    return finish_set(line, begin, fields);
}

Result<WrittenSet> write_set_raw(const Output& out, std::string_view key, std::string_view text, const Fields& fields)
{
    LineWriter line(out);
    TRY(write_set_head(line, key));
    const auto begin = line.size();
    TRY(line.raw(text));
    return finish_set(line, begin, fields);
}

std::string_view value_text_of(std::string_view line)
{
    const auto key = before_quote(line.substr(kSetHead.size()));
    return before_quote(line.substr(kSetHead.size() + key.size() + kBetween.size()));
}

Result<WrittenSet> copy_set(const Output& out, const LineSource& source, std::uint64_t length, const Line& line,
                            std::string_view key, const Fields& fields)
{
    if (line.canonical && line.checked && line.key == key && line.fields == fields) {
        return copy_line(out, source, length, line);
    }
    if (line.canonical) {
        const auto text = [&](std::uint64_t offset, std::span<char> into) {
            return source(line.value_begin + offset, into);
        };
        return write_set_raw(out, key, text, line.value_end - line.value_begin, fields);
    }
    std::string value;
    TRY(parse_long_line(source, length, &value));
    return write_set(out, key, line.kind, value, fields);
}

Result<std::uint64_t> write_delete(const Output& out, std::string_view key, const Fields& fields)
{
    LineWriter line(out);
    TRY(write_delete_head(line, key));
    TRY(line.fields(fields));
    return line.finish();
}

Result<std::uint64_t> write_header(const Output& out, const Header& header)
{
    std::string text;
    append_header(text, header);
    return write_mark(out, text);
}

Result<std::uint64_t> write_seal(const Output& out, const Seal& seal)
{
    std::string text;
    append_seal(text, seal);
    return write_mark(out, text);
}

}  // namespace bytestore::format
