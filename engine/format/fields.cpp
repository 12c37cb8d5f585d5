#include "engine/format/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace bytestore::format {

namespace {

// Puts fields together where there is room for all that there can be, so that they are appended at once.
class FieldText {
public:
    void put(std::string_view text) { end_ = std::copy(text.begin(), text.end(), end_); }
    template <class N>
    void digits(N number)
    {
        end_ = std::to_chars(end_, text_.data() + text_.size(), number).ptr;
    }
    void name(std::string_view name)
    {
        put(",\"");
        put(name);
        put("\":");
    }
    std::string_view view() const { return {text_.data(), end_}; }

private:
    static constexpr std::size_t kMostFields = 8;
    static constexpr std::size_t kMostBytes = 32;  // of one: no name has more than five letters
    std::array<char, kMostFields * kMostBytes> text_;
    char* end_ = text_.data();
};

bool skip_name(Cursor& cursor, std::string_view name)
{
    constexpr std::size_t kNameAt = 2;  // behind comma and quote
    if (cursor.rest().size() <= kNameAt || cursor.rest()[kNameAt] != name.front()) {
        return false;  // which is what most are
    }
    Cursor ahead = cursor;
    if (ahead.skip(",\"") && ahead.skip(name) && ahead.skip("\":")) {
        cursor = ahead;
        return true;
    }
    return false;
}

template <class N>
bool read_number(Cursor& cursor, std::string_view name, std::optional<N>& field, N largest)
{
    if (!skip_name(cursor, name)) {
        return true;
    }
    return cursor.number(field.emplace()) && *field <= largest;
}

bool read_batch(Cursor& cursor, std::optional<BatchMark>& batch)
{
    if (!skip_name(cursor, kBatchField)) {
        return true;
    }
    if (!cursor.skip("\"")) {
        return false;
    }
    const std::string_view text = cursor.rest().substr(0, cursor.rest().find('"'));
    batch = parse_batch_mark(text);
    cursor.advance(text.size());
    return batch && cursor.skip("\"");
}

}  // namespace

void append_fields(std::string& out, const Fields& fields)
{
    FieldText text;
    for_each_number(fields, [&text](std::string_view name, const auto& field, auto) {
        if (field) {
            text.name(name);
            text.digits(*field);
        }
    });
    if (fields.batch) {
        text.name(kBatchField);
        text.put("\"");
        text.digits(fields.batch->index);
        text.put("/");
        text.digits(fields.batch->count);
        text.put("\"");
    }
    if (fields.synced_to) {
        text.name(kSyncedField);
        text.digits(*fields.synced_to);
    }
    out += text.view();
}

bool read_fields(std::string_view text, Fields& fields)
{
    Cursor cursor(text);
    bool good = true;
    for_each_number(fields, [&](std::string_view name, auto& field, auto largest) {
        good = good && (cursor.done() || read_number(cursor, name, field, largest));
    });
    constexpr auto kMostOffset = std::numeric_limits<std::uint64_t>::max();
    good = good && (cursor.done() || (read_batch(cursor, fields.batch) &&
                                      read_number(cursor, kSyncedField, fields.synced_to, kMostOffset)));
    return good && cursor.done();
}

std::optional<BatchMark> parse_batch_mark(std::string_view text)
{
    Cursor cursor(text);
    BatchMark mark;
    const bool read = cursor.number(mark.index) && cursor.skip("/") && cursor.number(mark.count) && cursor.done();
    if (!read || mark.index < 1 || mark.count < 2 || mark.index > mark.count) {
        return std::nullopt;
    }
    return mark;
}

void forget_place(Fields& fields)
{
    fields.batch.reset();
    fields.synced_to.reset();
}

}  // namespace bytestore::format
