#include "engine/format/white_space.h"

#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

const std::vector<std::string> kWhite{"\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u0085",
                                      "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                      "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                      "\u2029", "\u202f", "\u205f", "\u3000"};
const std::vector<std::string> kNotWhite{"x",      "\x1c",   "\x1f",   "\x7f",   "\u0084",
                                         "\u0086", "\u00a1", "\u180e", "\u200b", "\u2060",
                                         "\u3001", "\ufeff", "\x85",   "\xa0",   "\xe2\x80"};

TEST(WhiteSpace, IsWhatUnicodeCallsSo)
{
    for (const std::string& white : kWhite) {
        EXPECT_EQ(leading_white(white + " x"), white.size() + 1) << testing::PrintToString(white);
        EXPECT_EQ(trailing_white("x " + white), white.size() + 1) << testing::PrintToString(white);
    }
    for (const std::string& other : kNotWhite) {
        EXPECT_EQ(leading_white(other + "x"), 0U) << testing::PrintToString(other);
        EXPECT_EQ(trailing_white("x" + other), 0U) << testing::PrintToString(other);
    }
}

TEST(WhiteSpace, AloneIsABlankLine)
{
    std::string line;
    for (const std::string& white : kWhite) {
        EXPECT_EQ(parse_line(line)->type, Line::Type::blank);
        line += white;
        EXPECT_EQ(parse_line(white)->type, Line::Type::blank);
    }
}

TEST(WhiteSpace, AroundALineChangesNothingButItsOffsets)
{
    const std::string line = set_line("key", "value", all_fields());
    for (const std::string& white : kWhite) {
        const std::string spaced = white + white + line + white;
        const auto parsed = parse_line(spaced);
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_TRUE(parsed->checked && parsed->canonical);
        EXPECT_EQ(parsed->fields, all_fields());
        EXPECT_EQ(spaced.substr(parsed->value_begin, parsed->value_end - parsed->value_begin), "value");
    }
}

TEST(WhiteSpace, IsPassedOverHoweverLongItIs)
{
    const std::string line = set_line("key", "value", all_fields());
    for (std::size_t count = 1360; count < 1370; ++count) {
        std::string white;
        while (white.size() < 3 * count) {
            white += "\u3000";
        }
        for (const std::string pad : {"", " ", "  "}) {
            const std::string spaced = pad + white + line + white + pad;
            EXPECT_EQ(told_in_pieces(spaced, 100), told(spaced));
            EXPECT_EQ(told_in_pieces(pad + white, 100), told(""));
        }
    }
}

TEST(WhiteSpace, BetweenTokensMakesALineForeignButNoWorse)
{
    const std::string line = "{ \"cmd\" : \"Set\" ,\t\"key\" : \"k\",\r\n \"value\" : \"v\" }";
    const auto parsed = parse_line(line);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_FALSE(parsed->canonical);
    EXPECT_EQ(parsed->key, "k");
    EXPECT_FALSE(accepted("{\f\"cmd\":\"Delete\",\"key\":\"k\"}"));
}

}  // namespace
}  // namespace bytestore::format
