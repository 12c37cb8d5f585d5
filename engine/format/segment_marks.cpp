#include "engine/format/segment_marks.h"

#include "engine/format/cursor.h"
#include "engine/format/json_text.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>

namespace bytestore::format {

namespace {

constexpr std::size_t kIdDigits = 16;

bool read_string(Cursor& cursor, std::string& out)
{
    if (!cursor.skip("\"")) {
        return false;
    }
    const Step step = read_text(cursor.rest(), [&out](std::string_view text) { out += text; });
    cursor.advance(step.used);
    return step.match == Match::yes && cursor.skip("\"");
}

bool read_strings(Cursor& cursor, std::vector<std::string>& out)
{
    if (!cursor.skip("[")) {
        return false;
    }
    if (cursor.skip("]")) {
        return true;
    }
    do {
        if (!read_string(cursor, out.emplace_back())) {
            return false;
        }
    } while (cursor.skip(","));
    return cursor.skip("]");
}

bool read_prev(Cursor& cursor, std::optional<std::uint64_t>& prev)
{
    return cursor.skip("null") || cursor.number(prev.emplace());
}

// A later version may say more behind what we know.
bool ends(Cursor& cursor)
{
    return cursor.done() || cursor.skip(",");
}

bool is_id(std::string_view id)
{
    return id.size() == kIdDigits && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

void append_header(std::string& out, const Header& header)
{
    fmt::format_to(std::back_inserter(out), ",\"v\":{},\"need\":[", header.version);
    std::string_view comma;
    for (const std::string& need : header.need) {
        out += comma;
        out += '"';
        append_escaped(out, need);
        out += '"';
        comma = ",";
    }
    const std::string prev = header.prev ? fmt::to_string(*header.prev) : "null";
    fmt::format_to(std::back_inserter(out), "],\"id\":\"{}\",\"from\":{},\"prev\":{}", header.id, header.from, prev);
}

void append_seal(std::string& out, const Seal& seal)
{
    fmt::format_to(std::back_inserter(out), ",\"seal\":{},\"size\":{}", seal.records, seal.size);
}

std::optional<Header> read_header(std::string_view text)
{
    Header header;
    Cursor cursor(text);
    if (!cursor.skip(",\"v\":") || !cursor.number(header.version) ||  //
        !cursor.skip(",\"need\":") || !read_strings(cursor, header.need)) {
        return std::nullopt;
    }
    if (header.version > kVersion || !header.need.empty()) {
        return header;  // what follows means what we cannot know
    }
    const bool read = cursor.skip(",\"id\":") && read_string(cursor, header.id) &&  //
                      cursor.skip(",\"from\":") && cursor.number(header.from) &&    //
                      cursor.skip(",\"prev\":") && read_prev(cursor, header.prev) && ends(cursor);
    return read && is_id(header.id) ? std::optional(header) : std::nullopt;
}

std::optional<Seal> read_seal(std::string_view text)
{
    Seal seal;
    Cursor cursor(text);
    const bool read = cursor.skip(",\"seal\":") && cursor.number(seal.records) &&  //
                      cursor.skip(",\"size\":") && cursor.number(seal.size) && ends(cursor);
    return read ? std::optional(seal) : std::nullopt;
}

}  // namespace bytestore::format
