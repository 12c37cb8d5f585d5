#include "tests/format/lines.h"

#include "engine/format/checksum.h"
#include "engine/format/long_line.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <algorithm>
#include <span>

namespace bytestore::format {

namespace {

std::string without_newline(const Result<std::uint64_t>& length, std::string line)
{
    EXPECT_TRUE(length);
    EXPECT_TRUE(line.ends_with('\n'));
    line.pop_back();
    EXPECT_EQ(length.value_or(0), line.size());
    return line;
}

std::string text_of(const Fields& fields)
{
    const auto number = [](const auto& field) { return field ? fmt::to_string(*field) : "-"; };
    const std::string batch = fields.batch ? fmt::format("{}/{}", fields.batch->index, fields.batch->count) : "-";
    return fmt::format("{} {} {} {} {} {} {} {}", number(fields.mtime), number(fields.atime), number(fields.ctime),
                       number(fields.mode), number(fields.uid), number(fields.gid), batch, number(fields.synced_to));
}

std::string text_of(const Header& header)
{
    return fmt::format("v{} need [{}] id {} from {} prev {}", header.version, fmt::join(header.need, ","), header.id,
                       header.from, header.prev ? fmt::to_string(*header.prev) : "-");
}

rc::Gen<std::string> joined(rc::Gen<std::string> part)
{
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(std::move(part)),
                        [](const auto& parts) { return fmt::format("{}", fmt::join(parts, "")); });
}

rc::Gen<std::string> hostile_character()
{
    const auto ascii =
        rc::gen::map(rc::gen::inRange(0, 128), [](int byte) { return std::string(1, static_cast<char>(byte)); });
    const auto control =
        rc::gen::map(rc::gen::inRange(0, 32), [](int byte) { return std::string(1, static_cast<char>(byte)); });
    const auto other = rc::gen::elementOf(std::vector<std::string>{"\"",
                                                                   "\\",
                                                                   "/",
                                                                   "\x7f",
                                                                   "\u0080",
                                                                   "é",
                                                                   "\u07ff",
                                                                   "\u0800",
                                                                   "\u2028",
                                                                   "\ud7ff",
                                                                   "\ue000",
                                                                   "\ufeff",
                                                                   "\uffff",
                                                                   "中",
                                                                   "\U00010000",
                                                                   "😀",
                                                                   "\U0010ffff",
                                                                   std::string("\0b64:", 5),
                                                                   std::string("\0link:", 6),
                                                                   "\",\"c\":\"0123456789abcdef\"}"});
    return rc::gen::oneOf(ascii, control, other);
}

template <class N>
rc::Gen<std::optional<N>> maybe(N least, N most)
{
    const auto any = rc::gen::oneOf(rc::gen::arbitrary<N>(), rc::gen::elementOf(std::vector<N>{least, most, N{0}}));
    const auto bounded = rc::gen::map(any, [least, most](N n) { return std::clamp(n, least, most); });
    return rc::gen::oneOf(rc::gen::just(std::optional<N>()),
                          rc::gen::map(bounded, [](N n) { return std::optional<N>(n); }));
}

rc::Gen<std::optional<BatchMark>> maybe_batch()
{
    const auto any = rc::gen::arbitrary<std::pair<std::uint32_t, std::uint32_t>>();
    return rc::gen::map(any, [](std::pair<std::uint32_t, std::uint32_t> pair) {
        const auto [index, count] = pair;
        return count < 2 ? std::optional<BatchMark>() : BatchMark{std::clamp(index, 1U, count), count};
    });
}

}  // namespace

Output into(std::string& text)
{
    return [&text](std::string_view piece) -> Status {
        text += piece;
        return {};
    };
}

LineSource source_of(std::string_view line)
{
    return [line](std::uint64_t offset, std::span<char> bytes) -> Status {
        if (offset > line.size() || bytes.size() > line.size() - offset) {
            ADD_FAILURE() << "read behind the end of the line";
            return fail(Errc::io, "end of file");
        }
        std::ranges::copy(line.substr(offset, bytes.size()), bytes.begin());
        return {};
    };
}

std::string set_line(std::string_view key, std::string_view value, const Fields& fields, Kind kind)
{
    std::string line;
    const auto set = write_set(into(line), key, kind, value, fields);
    return without_newline(set ? Result<std::uint64_t>(set->length) : std::unexpected(set.error()), std::move(line));
}

std::string delete_line(std::string_view key, const Fields& fields)
{
    std::string line;
    const auto length = write_delete(into(line), key, fields);
    return without_newline(length, std::move(line));
}

std::string header_line(const Header& header)
{
    std::string line;
    const auto length = write_header(into(line), header);
    return without_newline(length, std::move(line));
}

std::string seal_line(const Seal& seal)
{
    std::string line;
    const auto length = write_seal(into(line), seal);
    return without_newline(length, std::move(line));
}

std::string with_checksum(std::string_view line)
{
    line.remove_suffix(1);
    return fmt::format(R"({},"c":"{:016x}"}})", line, XXH3_64bits(line.data(), line.size()));
}

std::string without_checksum(std::string_view line)
{
    return std::string(line.substr(0, line.size() - kChecksumTail)) + '}';
}

std::string told(const Result<Line>& line, std::string_view value)
{
    if (!line) {
        return fmt::format("error {}: {}", static_cast<int>(line.error().code), line.error().message);
    }
    return fmt::format(
        "type {} command {} checked {} canonical {} key '{}' kind {} size {} at {}-{} fields {} header {} seal {}/{} "
        "value '{}'",
        static_cast<int>(line->type), static_cast<int>(line->command), line->checked, line->canonical, line->key,
        static_cast<int>(line->kind), line->size, line->value_begin, line->value_end, text_of(line->fields),
        text_of(line->header.value_or(Header{})), line->seal.records, line->seal.size, value);
}

std::string told(std::string_view line)
{
    std::string value;
    const auto parsed = parse_line(line, &value);
    return told(parsed, parsed ? value : "");
}

std::string told_in_pieces(std::string_view line, std::size_t piece)
{
    std::string value;
    const auto parsed = parse_in_pieces(source_of(line), line.size(), &value, piece);
    return told(parsed, parsed ? value : "");
}

bool accepted(std::string_view line)
{
    return parse_line(line).has_value();
}

std::string refusal(std::string_view line)
{
    const auto parsed = parse_line(line);
    return parsed ? "" : parsed.error().message;
}

Fields all_fields()
{
    return {.mtime = 1700000000123456789,
            .atime = -1,
            .ctime = 0,
            .mode = 0755,
            .uid = 1000,
            .gid = 4294967294,
            .batch = BatchMark{2, 3},
            .synced_to = 4096};
}

rc::Gen<std::string> hostile_text()
{
    return joined(hostile_character());
}

rc::Gen<std::string> hostile_value()
{
    const auto broken =
        rc::gen::map(rc::gen::inRange(128, 256), [](int byte) { return std::string(1, static_cast<char>(byte)); });
    const auto marked =
        rc::gen::map(hostile_text(), [](const std::string& text) { return std::string("\0b64:", 5) + text; });
    return rc::gen::oneOf(hostile_text(), joined(rc::gen::oneOf(hostile_character(), broken)), marked,
                          rc::gen::arbitrary<std::string>());
}

rc::Gen<Fields> any_fields()
{
    constexpr std::int64_t kMostTime = std::numeric_limits<std::int64_t>::max();
    constexpr std::uint32_t kMostId = std::numeric_limits<std::uint32_t>::max() - 1;
    const auto time = maybe<std::int64_t>(std::numeric_limits<std::int64_t>::min(), kMostTime);
    const auto id = maybe<std::uint32_t>(0, kMostId);
    return rc::gen::build<Fields>(
        rc::gen::set(&Fields::mtime, time), rc::gen::set(&Fields::atime, time), rc::gen::set(&Fields::ctime, time),
        rc::gen::set(&Fields::mode, maybe<std::uint32_t>(0, 07777)), rc::gen::set(&Fields::uid, id),
        rc::gen::set(&Fields::gid, id), rc::gen::set(&Fields::batch, maybe_batch()),
        rc::gen::set(&Fields::synced_to, maybe<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max())));
}

}  // namespace bytestore::format
