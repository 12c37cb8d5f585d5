#include "engine/format/foreign_line.h"

#include "engine/format/fields.h"
#include "engine/format/foreign_handler.h"
#include "engine/format/value_codec.h"

#include <fmt/format.h>
#include <utility>

namespace bytestore::format {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kControlSpace = "\t\n\r";

// What the library passes over and serde refuses.
Status refuse_what_the_library_takes(std::string_view text, std::uint64_t column)
{
    if (text.starts_with(kByteOrderMark)) {
        return fail(Errc::damaged, fmt::format("not JSON: byte order mark at column {}", column + 1));
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return fail(Errc::damaged, fmt::format("not JSON: control character at column {}", column + nul + 1));
    }
    return {};
}

// The library keeps the white space in front of a token, and tells of an error with each control character among it in
// eight bytes, several times over. As spaces they are as good; inside of a string they stay, and are refused.
std::string with_plain_space(std::string_view text)
{
    std::string plain(text);
    bool in_string = false;
    for (std::size_t at = 0; at < plain.size(); ++at) {
        char& byte = plain[at];
        if (byte == '"') {
            in_string = !in_string;
        } else if (in_string) {
            at += byte == '\\' ? 1 : 0;
        } else if (kControlSpace.contains(byte)) {
            byte = ' ';
        }
    }
    return plain;
}

Line line_of(ForeignHandler::Record record, bool checked, std::string* value)
{
    Line line;
    line.type = Line::Type::record;
    line.command = record.command;
    line.checked = checked;
    line.key = std::move(record.key);
    line.fields = record.fields;
    line.odd_field = std::move(record.odd_field);
    if (!checked) {
        line.bereft = record.batch_seen;
        forget_place(line.fields);
    }
    if (line.command == Command::set) {
        ValueDecoder decoder(value);
        decoder.feed(record.value);
        decoder.finish();
        line.kind = decoder.kind();
        line.size = decoder.size();
    }
    return line;
}

}  // namespace

Status check_foreign_size(std::uint64_t size)
{
    if (size > kMaxForeignLine) {
        return fail(Errc::damaged,
                    fmt::format("over {} bytes and not in the form that is written here", kMaxForeignLine));
    }
    return {};
}

Result<Line> parse_foreign(std::string_view text, std::uint64_t column, bool checked, std::string* value)
{
    TRY(refuse_what_the_library_takes(text, column));
    const bool is_plain = text.find_first_of(kControlSpace) == std::string_view::npos;
    const std::string plain = is_plain ? std::string() : with_plain_space(text);
    text = is_plain ? text : plain;
    ForeignHandler handler;
    // Its answer is whether the handler let it go on to the end, which the handler knows.
    static_cast<void>(nlohmann::json::sax_parse(text, &handler));
    TRY_ASSIGN(auto record, handler.finish(column));
    return line_of(std::move(record), checked, value);
}

}  // namespace bytestore::format
