#include "engine/format/record.h"

#include "engine/format/canonical.h"
#include "engine/format/checksum.h"
#include "engine/format/fields.h"
#include "engine/format/foreign_line.h"
#include "engine/format/long_line.h"
#include "engine/format/parse.h"
#include "engine/format/white_space.h"

#include <utility>

namespace bytestore::format {

void complete_canonical(Line& line, std::uint64_t begin)
{
    line.canonical = true;
    if (line.command == Command::set) {
        line.value_begin += begin;
        line.value_end += begin;
    }
    if (!line.checked) {
        line.bereft = line.fields.batch.has_value();
        forget_place(line.fields);
    }
}

namespace {

// Fills `line`; false if it is not in the form we write.
Result<bool> parse_ours(std::string_view text, std::uint64_t begin, Line& line, std::string* value)
{
    CheckedText split;
    if (!split_checksum(text, split)) {
        return false;
    }
    line.checked = split.has_sum;
    if (line.checked && checksum_of(split.body) != split.sum) {
        return fail(Errc::damaged, "checksum mismatch");
    }
    const std::size_t value_size = value != nullptr ? value->size() : 0;
    Window window(split.body);
    TRY_ASSIGN(const bool canonical, recognise(window, line, value));
    if (canonical) {
        complete_canonical(line, begin);
    } else if (value != nullptr) {
        value->resize(value_size);
    }
    return canonical;
}

Result<Line> parse_other(std::string_view text, std::uint64_t begin, bool checked, std::string* value)
{
    TRY(check_foreign_size(text.size()));
    return parse_foreign(text, begin, checked, value);
}

}  // namespace

Result<Line> parse_trimmed(std::string_view text, std::uint64_t begin, std::string* value, std::string room)
{
    Result<Line> line{Line{}};  // filled where it is returned: it is too large to be moved about
    line->key = std::move(room);
    if (const auto ours = parse_ours(text, begin, *line, value); !ours) {
        line = std::unexpected(ours.error());
    } else if (!*ours) {
        line = parse_other(text, begin, line->checked, value);
    }
    return line;
}

Result<Line> parse_line(std::string_view line, std::string* value, std::string room)
{
    const std::size_t begin = leading_white(line);
    line.remove_prefix(begin);
    line.remove_suffix(trailing_white(line));
    return line.empty() ? Line{} : parse_trimmed(line, begin, value, std::move(room));
}

Result<Line> parse_long_line(const LineSource& source, std::uint64_t length, std::string* value)
{
    return parse_in_pieces(source, length, value, kPiece);
}

}  // namespace bytestore::format
