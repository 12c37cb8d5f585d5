#include "engine/format/record.h"

#include "engine/format/canonical.h"
#include "engine/format/checksum.h"
#include "engine/format/fields.h"
#include "engine/format/foreign_line.h"
#include "engine/format/long_line.h"
#include "engine/format/parse.h"
#include "engine/format/white_space.h"

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
        drop_unchecked(line.fields);
    }
}

Result<Line> parse_trimmed(std::string_view text, std::uint64_t begin, std::string* value)
{
    Line line;
    if (const auto split = split_checksum(text)) {
        line.checked = split->sum.has_value();
        if (line.checked && checksum_of(split->body) != *split->sum) {
            return fail(Errc::damaged, "checksum mismatch");
        }
        const std::size_t value_size = value != nullptr ? value->size() : 0;
        Window window(split->body);
        TRY_ASSIGN(const bool canonical, recognise(window, line, value));
        if (canonical) {
            complete_canonical(line, begin);
            return line;
        }
        if (value != nullptr) {
            value->resize(value_size);
        }
    }
    TRY(check_foreign_size(text.size()));
    return parse_foreign(text, begin, line.checked, value);
}

Result<Line> parse_line(std::string_view line, std::string* value)
{
    const std::size_t begin = leading_white(line);
    line.remove_prefix(begin);
    line.remove_suffix(trailing_white(line));
    return line.empty() ? Line{} : parse_trimmed(line, begin, value);
}

Result<Line> parse_long_line(const LineSource& source, std::uint64_t length, std::string* value)
{
    return parse_in_pieces(source, length, value, kPiece);
}

}  // namespace bytestore::format
