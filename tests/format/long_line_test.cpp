#include "engine/format/long_line.h"

#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

std::vector<std::string> every_kind_of_line()
{
    const std::string set = set_line("k\"é😀", "\n\"v\\é中😀\u0001 and so on, until it is long enough", all_fields());
    return {set,
            " \u2028" + set + "\u3000\t",
            without_checksum(set),
            set_line("", ""),
            set_line("binary", "\x80\xff\0\x01\x02\x03\x04\x05"sv, all_fields()),
            set_line("link", "../é", {}, Kind::link),
            R"({"cmd":"Set","key":"k","value":"\u0000b64:AAECAwQF=","mtime":5})",
            R"({"cmd":"Set","key":"k","value":"\u0000b6"})",
            R"({"cmd":"Set","key":"k","value":"\u0041"})",
            R"({"cmd":"Set","key":"k","value":"v","x":1})",
            R"(["Set","k","v"])",
            "{\"cmd\":\"Set\",\"key\":\"k\",\"value\":\"v\xc3\"}",
            R"({"cmd":"Set","key":"k","value":"v)",
            R"({"cmd":"Set","key":"k","value":"v","c":"0123456789abcdef"})",
            R"({"cmd":"Set","key":"k","value":"v,"c":"0123456789abcdef"})",
            R"({"cmd":"Set","key":"k)",
            R"({"cmd":"Se)",
            delete_line("k\n", all_fields()),
            header_line({.need = {"x", "y"}, .id = "0123456789abcdef", .from = 3, .prev = 1}),
            seal_line({.records = 12, .size = 3456}),
            "",
            " \t\u3000 ",
            "}"};
}

TEST(LongLine, IsReadAsAShortOneWhateverThePieces)
{
    for (const std::string& line : every_kind_of_line()) {
        for (std::size_t piece = 1; piece <= line.size() + 1; ++piece) {
            ASSERT_EQ(told_in_pieces(line, piece), told(line)) << line << " in pieces of " << piece;
        }
    }
}

RC_GTEST_PROP(LongLine, IsReadAsAShortOneWhateverItHolds, ())
{
    const std::string line = set_line(*hostile_text(), *hostile_value(), *any_fields());
    const auto piece = *rc::gen::inRange<std::size_t>(1, 40);
    RC_ASSERT(told_in_pieces(line, piece) == told(line));
}

TEST(LongLine, MayHoldAValueOfAnySizeAroundAPiece)
{
    for (const std::string_view filler : {"x", "\"", "\n", "é", "😀", "\xff", "\u0001aaaaaaaaa"}) {
        std::string value;
        while (value.size() < kPiece + 100) {
            value += filler;
        }
        for (std::size_t size = kPiece - 100; size < kPiece + 100; size += 19) {
            const std::string line = set_line("key", std::string_view(value).substr(0, size), all_fields());
            std::string read;
            const auto parsed = parse_long_line(source_of(line), line.size(), &read);
            ASSERT_TRUE(parsed && parsed->checked && parsed->canonical) << filler << size;
            ASSERT_TRUE(read == std::string_view(value).substr(0, size)) << filler << size;
        }
    }
}

TEST(LongLine, MayHoldSeveralMegabytes)
{
    for (std::size_t size = 1; size < 8 * kPiece; size = size * 3 + 1) {
        for (const char fill : {'x', '\xff', '\t'}) {
            const std::string value(size, fill);
            const std::string line = set_line("key", value, all_fields());
            EXPECT_TRUE(told_in_pieces(line, kPiece) == told(line));
            std::string read;
            EXPECT_EQ(parse_line(line, &read)->size, size);
            EXPECT_TRUE(read == value);
        }
    }
}

TEST(LongLine, MayHaveALongKeyOrALongNeed)
{
    for (const std::size_t size : {kPiece - 30, kPiece, 3 * kPiece}) {
        const std::string key(size, 'k');
        const Header header{.need = {std::string(size, 'n')}, .id = "0123456789abcdef", .from = 1, .prev = 0};
        for (const std::string& line :
             {set_line(key, key, all_fields()), delete_line(key, all_fields()), header_line(header)}) {
            EXPECT_TRUE(told_in_pieces(line, kPiece) == told(line));
            EXPECT_TRUE(told_in_pieces(line, 1000) == told(line));
        }
    }
}

TEST(LongLine, HandsOnTheErrorsOfItsSource)
{
    const std::string line = set_line("key", std::string(500, 'v'), all_fields());
    for (const std::string& text : {line, without_checksum(line), "{ " + without_checksum(line).substr(1)}) {
        bool failed = true;
        for (int good = 0; failed; ++good) {
            int left = good;
            const LineSource source = [&](std::uint64_t offset, std::span<char> bytes) -> Status {
                return left-- > 0 ? source_of(text)(offset, bytes) : fail(Errc::io, "worn out");
            };
            const auto parsed = parse_in_pieces(source, text.size(), nullptr, 100);
            failed = left < 0;
            ASSERT_EQ(parsed.has_value(), !failed);
            ASSERT_TRUE(parsed || parsed.error().code == Errc::io);
        }
    }
}

TEST(LongLine, InOurFormMayBeLongerThanAForeignOne)
{
    const std::string value(kMaxForeignLine + 1, 'x');
    const std::string line = set_line("key", value, all_fields());
    std::string read;
    const auto parsed = parse_long_line(source_of(line), line.size(), &read);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_TRUE(parsed->checked && parsed->canonical);
    EXPECT_TRUE(read == value);
    EXPECT_EQ(parse_line(line)->size, value.size());
}

}  // namespace
}  // namespace bytestore::format
