#include "engine/format/fields.h"

#include <fmt/format.h>

#include <limits>

namespace bytestore::format {

namespace {

using std::string_view_literals::operator""sv;

void append_name(std::string& out, std::string_view name)
{
    out += ",\""sv;
    out += name;
    out += "\":"sv;
}

template <class N>
void append_digits(std::string& out, N number)
{
    const fmt::format_int digits(number);
    out.append(digits.data(), digits.size());
}

template <class N>
void append_number(std::string& out, std::string_view name, N number)
{
    append_name(out, name);
    append_digits(out, number);
}

bool skip_name(Cursor& cursor, std::string_view name)
{
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
    for_each_number(fields, [&out](std::string_view name, const auto& field, auto) {
        if (field) {
            append_number(out, name, *field);
        }
    });
    if (fields.batch) {
        append_name(out, kBatchField);
        out += '"';
        append_digits(out, fields.batch->index);
        out += '/';
        append_digits(out, fields.batch->count);
        out += '"';
    }
    if (fields.synced_to) {
        append_number(out, kSyncedField, *fields.synced_to);
    }
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
