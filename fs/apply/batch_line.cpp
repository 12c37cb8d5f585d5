#include "fs/apply/batch_line.h"

#include "engine/format/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace bytestore::fs {
namespace {

constexpr std::string_view kJsonWhite = " \t\r\n";

void skip_white(format::Cursor& cursor)
{
    const auto rest = cursor.rest();
    cursor.advance(std::min(rest.find_first_not_of(kJsonWhite), rest.size()));
}

// Each with white space in front.
bool skip_tokens(format::Cursor& cursor, std::initializer_list<std::string_view> tokens)
{
    return std::ranges::all_of(tokens, [&](std::string_view token) {
        skip_white(cursor);
        return cursor.skip(token);
    });
}

}  // namespace

Result<std::optional<std::uint64_t>> parse_batch_line(std::string_view line, std::uint64_t most)
{
    format::Cursor cursor(line);
    if (!skip_tokens(cursor, {"{", "\"batch\""})) {
        return std::optional<std::uint64_t>();
    }
    std::uint64_t count = 0;
    bool good = skip_tokens(cursor, {":"});
    skip_white(cursor);
    good = good && cursor.number(count) && skip_tokens(cursor, {"}"});
    skip_white(cursor);
    if (!good || !cursor.done() || count < 1 || count > most) {
        return fail(Errc::invalid, fmt::format("a batch begins with {{\"batch\":N}}, N from 1 to {}", most));
    }
    return std::optional(count);
}

}  // namespace bytestore::fs
