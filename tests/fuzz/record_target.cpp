// The reader of lines, against its other ways to read the same, and against its writer.
#include "engine/format/checksum.h"
#include "engine/format/foreign_line.h"
#include "engine/format/long_line.h"
#include "engine/format/record.h"
#include "engine/format/white_space.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mend.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace bytestore::fuzz {
namespace {

using format::Command;
using format::Line;

struct Parsed {
    Result<Line> line;
    std::string value;
};

Parsed parsed(std::string_view text)
{
    std::string value;
    auto line = format::parse_line(text, &value);
    return {std::move(line), std::move(value)};
}

Parsed parsed_in_pieces(std::string_view text, std::size_t piece)
{
    const format::LineSource source = [text](std::uint64_t offset, std::span<char> into) -> Status {
        require(offset <= text.size() && into.size() <= text.size() - offset, "reads only what is there");
        text.copy(into.data(), into.size(), offset);
        return {};
    };
    std::string value;
    auto line = format::parse_in_pieces(source, text.size(), &value, piece);
    return {std::move(line), std::move(value)};
}

Parsed parsed_generally(std::string_view text, bool checked)
{
    std::string value;
    auto line = format::parse_foreign(text, 0, checked, &value);
    return {std::move(line), std::move(value)};
}

std::string_view trimmed(std::string_view text)
{
    text.remove_prefix(format::leading_white(text));
    text.remove_suffix(format::trailing_white(text));
    return text;
}

bool same_record(const Parsed& a, const Parsed& b)
{
    return a.line->command == b.line->command && a.line->key == b.line->key && a.line->kind == b.line->kind &&
           a.line->size == b.line->size && a.line->fields == b.line->fields && a.value == b.value;
}

bool same(const Parsed& a, const Parsed& b)
{
    if (!a.line || !b.line) {
        return !a.line && !b.line && a.line.error().code == b.line.error().code &&
               a.line.error().message == b.line.error().message;
    }
    return same_record(a, b) && a.line->type == b.line->type && a.line->checked == b.line->checked &&
           a.line->canonical == b.line->canonical && a.line->value_begin == b.line->value_begin &&
           a.line->value_end == b.line->value_end && a.line->header == b.line->header && a.line->seal == b.line->seal;
}

// It goes to terminals and logs, whatever the line was.
void check_refusal(const Error& error)
{
    constexpr std::size_t kLongest = 200;
    require(error.code == Errc::damaged, "a bad line is damage");
    require(!error.message.empty() && error.message.size() < kLongest, "a reason is short");
    require(format::is_valid_utf8(error.message), "a reason is text");
    require(std::ranges::none_of(error.message, [](char c) { return static_cast<unsigned char>(c) < ' '; }),
            "a reason is one line");
}

Result<std::uint64_t> length_of(const Result<format::WrittenSet>& set)
{
    return set ? Result<std::uint64_t>(set->length) : std::unexpected(set.error());
}

std::string rewritten(const Parsed& read)
{
    std::string text;
    const format::Output out = [&text](std::string_view part) -> Status {
        text += part;
        return {};
    };
    const Line& line = *read.line;
    const auto written = line.type == Line::Type::header ? format::write_header(out, *line.header)
                         : line.type == Line::Type::seal ? format::write_seal(out, line.seal)
                         : line.command == Command::remove
                             ? format::write_delete(out, line.key, line.fields)
                             : length_of(format::write_set(out, line.key, line.kind, read.value, line.fields));
    require(written && *written + 1 == text.size() && text.ends_with('\n'), "what was read can be written");
    text.pop_back();
    return text;
}

void check_rewriting(const Parsed& read)
{
    const auto text = rewritten(read);
    const auto again = parsed(text);
    require(again.line && again.line->checked && again.line->canonical, "what is written is in our form");
    require(again.line->type == read.line->type && same_record(read, again), "what is written says the same");
    require(again.line->header == read.line->header && again.line->seal == read.line->seal, "marks say the same");
    require(rewritten(again) == text, "writing again changes nothing");
}

// A compaction copies the text of the value as it is.
void check_copying(const Line& line, std::string_view text)
{
    std::string copy;
    const format::Output out = [&copy](std::string_view part) -> Status {
        copy += part;
        return {};
    };
    const auto value = text.substr(line.value_begin, line.value_end - line.value_begin);
    const format::LineSource source = [value](std::uint64_t offset, std::span<char> into) -> Status {
        value.copy(into.data(), into.size(), offset);
        return {};
    };
    const auto written = line.command == Command::remove
                             ? format::write_delete(out, line.key, line.fields)
                             : length_of(format::write_set_raw(out, line.key, source, value.size(), line.fields));
    require(written && copy == std::string(trimmed(text)) + '\n', "a line in our form is copied byte for byte");
}

void check_against_library(const Line& line, std::string_view text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    require(!json.is_discarded(), "what is read is JSON");
    const bool array = json.is_array();
    const auto& key = array ? json[1] : json["key"];
    require(key.is_string() && key.get<std::string>() == line.key, "the key is the one that JSON has");
    const auto& command = array ? json[0] : json["cmd"];
    require(command == (line.command == Command::set ? "Set" : "Delete"), "the command is the one that JSON has");
}

void check_checksum(const Parsed& read, std::string_view text)
{
    if (!read.line->checked) {
        const auto sealed = parsed(text.ends_with('}') ? with_checksum(text) : std::string(text));
        require(sealed.line && sealed.line->checked == text.ends_with('}'), "a checksum is one more field");
        require(sealed.line->key == read.line->key && sealed.value == read.value, "a checksum changes no meaning");
        return;
    }
    std::string damaged(text);
    const auto bits = 8 * (text.size() - format::kChecksumTail);
    const auto bit = format::checksum_of(text) % bits;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const auto found = parsed(damaged);
    require(!found.line && found.line.error().message == "checksum mismatch", "a checksum finds a changed bit");
}

void check_line(std::string_view text)
{
    const auto read = parsed(text);
    for (const std::size_t piece : {1, 7, 64}) {
        require(same(read, parsed_in_pieces(text, piece)), "a line means the same in pieces");
    }
    if (!read.line) {
        check_refusal(read.line.error());
        return;
    }
    const auto inner = trimmed(text);
    require((read.line->type == Line::Type::blank) == inner.empty(), "blank is what has nothing in it");
    if (inner.empty()) {
        return;
    }
    check_rewriting(read);
    check_against_library(*read.line, inner);
    check_checksum(read, inner);
    if (read.line->type == Line::Type::record && read.line->canonical) {
        const auto generally = parsed_generally(inner, read.line->checked);
        require(generally.line && same_record(read, generally), "the fast path and the general one agree");
        if (read.line->checked) {
            check_copying(*read.line, text);
        }
    }
}

}  // namespace
}  // namespace bytestore::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bytestore::fuzz;
    const auto text = text_of(data, size);
    const auto line = text.substr(0, text.find('\n'));
    check_line(line);
    if (const auto mended = mended_line(line); mended != line) {
        check_line(mended);
    }
    return 0;
}
