#include "engine/format/canonical.h"

#include "engine/format/fields.h"
#include "engine/format/foreign_line.h"
#include "engine/format/json_text.h"
#include "engine/format/segment_marks.h"
#include "engine/format/value_codec.h"

namespace bytestore::format {

namespace {

constexpr std::string_view kQuote = "\"";
constexpr std::size_t kLongestTail = kPiece;

// Reads up to the text of the value of a Set, or past the closing quote of the key of a Delete.
Match read_head(std::string_view text, Line& line, std::size_t& size)
{
    if (text.size() < kDeleteHead.size()) {
        return Match::cut;
    }
    const bool is_set = text.starts_with(kSetHead);
    if (!is_set && !text.starts_with(kDeleteHead)) {
        return Match::no;
    }
    line.command = is_set ? Command::set : Command::remove;
    const std::string_view before = is_set ? kSetHead : kDeleteHead;
    const std::string_view behind = is_set ? kBetween : kQuote;
    line.key.clear();
    const Step key = read_text(text.substr(before.size()), [&line](std::string_view part) { line.key += part; });
    size = before.size() + key.used + behind.size();
    if (key.match != Match::yes) {
        return key.match;
    }
    if (text.size() < size) {
        return Match::cut;
    }
    return text.substr(size - behind.size()).starts_with(behind) ? Match::yes : Match::no;
}

Result<bool> recognise_head(Window& window, Line& line)
{
    while (true) {
        std::size_t size = 0;
        const Match match = read_head(window.text(), line, size);
        if (match == Match::yes) {
            window.use(size);
            return true;
        }
        // A key is held whole, and an endless one is no key.
        if (match == Match::no || window.text().size() > kMaxForeignLine) {
            return false;
        }
        TRY_ASSIGN(const bool grown, window.grow());
        if (!grown) {
            return false;
        }
    }
}

Result<bool> recognise_value(Window& window, Line& line, std::string* value)
{
    line.value_begin = window.used();
    ValueDecoder decoder(value);
    while (true) {
        const Step step = read_text(window.text(), [&decoder](std::string_view part) { decoder.feed(part); });
        window.use(step.used);
        if (step.match == Match::yes) {
            break;
        }
        if (step.match == Match::no) {
            return false;
        }
        TRY_ASSIGN(const bool grown, window.grow());
        if (!grown) {
            return false;
        }
    }
    decoder.finish();
    line.kind = decoder.kind();
    line.size = decoder.size();
    line.value_end = window.used();
    window.use(kQuote.size());
    return true;
}

// Whatever a later version says in a mark, it is JSON, and says no field of a record again.
bool is_fields(std::string_view text)
{
    return parse_foreign(std::string(kDeleteHead) + '"' + std::string(text) + '}', 0, false, nullptr).has_value();
}

bool read_tail(std::string_view text, Line& line)
{
    if (line.checked && line.command == Command::remove && line.key == kStoreKey && is_fields(text)) {
        if (auto header = read_header(text)) {
            line.type = Line::Type::header;
            line.header = std::move(*header);
            return true;
        }
        if (const auto seal = read_seal(text)) {
            line.type = Line::Type::seal;
            line.seal = *seal;
            return true;
        }
    }
    return read_fields(text, line.fields);
}

Result<bool> recognise_tail(Window& window, Line& line)
{
    while (window.text().size() <= kLongestTail) {
        TRY_ASSIGN(const bool grown, window.grow());
        if (!grown) {
            return window.text().size() <= kLongestTail && read_tail(window.text(), line);
        }
    }
    return false;
}

}  // namespace

Result<bool> recognise(Window& window, Line& line, std::string* value)
{
    line.type = Line::Type::record;
    TRY_ASSIGN(const bool head, recognise_head(window, line));
    if (!head) {
        return false;
    }
    if (line.command == Command::set) {
        TRY_ASSIGN(const bool text, recognise_value(window, line, value));
        if (!text) {
            return false;
        }
    }
    return recognise_tail(window, line);
}

}  // namespace bytestore::format
