#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

std::vector<std::string> checked_lines()
{
    return {set_line("key", "value"),
            set_line("k\"\n\u0001é😀", "line\n\"é😀\"", all_fields()),
            set_line("binary", "\x80\xff\0\x01"sv, one_field(&Fields::mtime, 1)),
            set_line("", ""),
            set_line("link", "../target", all_fields(), Kind::link),
            set_line("literal", "\0b64:Zg=="sv),
            delete_line("key", all_fields()),
            delete_line(""),
            header_line({.need = {"x"}, .id = "0123456789abcdef", .from = 3, .prev = 1}),
            seal_line({.records = 12, .size = 3456}),
            with_checksum(R"({ "value":"v","x":[1,{"y":null}],"cmd":"Set","key":"k" })")};
}

// Damage must be seen, unless it hides that there is a checksum at all.
void expect_seen(std::string_view damaged)
{
    const auto parsed = parse_line(damaged);
    if (parsed) {
        EXPECT_FALSE(parsed->checked) << damaged;
        EXPECT_EQ(parsed->fields.batch, std::nullopt);
        EXPECT_EQ(parsed->fields.synced_to, std::nullopt);
        EXPECT_TRUE(parsed->type == Line::Type::record || parsed->type == Line::Type::blank);
    } else {
        EXPECT_EQ(parsed.error().code, Errc::damaged);
        EXPECT_FALSE(parsed.error().message.empty());
    }
}

TEST(Damage, OfAnyBitIsSeen)
{
    for (const std::string& line : checked_lines()) {
        ASSERT_TRUE(parse_line(line)->checked) << line;
        for (std::size_t bit = 0; bit < 8 * line.size(); ++bit) {
            std::string damaged = line;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
            expect_seen(damaged);
        }
    }
}

TEST(Damage, BeforeTheChecksumIsAlwaysRefused)
{
    for (const std::string& line : checked_lines()) {
        for (std::size_t at = 0; at < line.rfind(",\"c\""); ++at) {
            std::string damaged = line;
            damaged[at] = static_cast<char>(damaged[at] ^ 1);
            EXPECT_EQ(refusal(damaged), "checksum mismatch") << damaged;
        }
    }
}

TEST(Damage, ByTruncationIsRefused)
{
    for (const std::string& line : checked_lines()) {
        for (std::size_t size = 1; size < line.size(); ++size) {
            EXPECT_FALSE(accepted(std::string_view(line).substr(0, size))) << size << " bytes of " << line;
            EXPECT_FALSE(accepted(std::string_view(line).substr(line.size() - size)))
                << "last " << size << " of " << line;
        }
    }
}

TEST(Damage, ByALostOrRepeatedStretchIsSeen)
{
    for (const std::string& line : checked_lines()) {
        for (std::size_t at = 0; at < line.size(); ++at) {
            for (std::size_t size = 1; size <= line.size() - at; size += 1 + size / 4) {
                std::string shorter = line;
                expect_seen(shorter.erase(at, size));
                std::string longer = line;
                longer.insert(at, line.substr(at, size));
                expect_seen(longer);
            }
        }
    }
}

TEST(Damage, ByZerosIsRefused)
{
    for (const std::string& line : checked_lines()) {
        for (std::size_t at = 0; at < line.size(); ++at) {
            std::string damaged = line;
            EXPECT_FALSE(accepted(damaged.replace(at, std::string::npos, std::string(line.size() - at, '\0'))));
        }
    }
    EXPECT_FALSE(accepted(std::string(4096, '\0')));
}

TEST(Damage, InALongLineIsSeenToo)
{
    const std::string line = set_line("key", std::string(300, 'v') + "\xff", all_fields());
    for (std::size_t bit = 0; bit < 8 * line.size(); ++bit) {
        std::string damaged = line;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        ASSERT_EQ(told_in_pieces(damaged, 64), told(damaged));
    }
}

}  // namespace
}  // namespace bytestore::format
