#include "tools/text.h"

#include "tools/closest.h"
#include "tools/exit_code.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bytestore::tools {
namespace {

using namespace std::string_literals;

TEST(TextTest, padding_counts_characters)
{
    EXPECT_EQ(padded("", 3), "   ");
    EXPECT_EQ(padded("ab", 3), "ab ");
    EXPECT_EQ(padded("abc", 3), "abc");
    EXPECT_EQ(padded("abcd", 3), "abcd");
    EXPECT_EQ(padded("é", 3), "é  ");
    EXPECT_EQ(padded("日本語", 5), "日本語  ");
    EXPECT_EQ(padded("😀", 2), "😀 ");
}

// The right sides were printed by a Rust program.
TEST(TextTest, quoting_escapes_as_rust_does)
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", R"("")"},
        {"plain 'text' é日😀", R"("plain 'text' é日😀")"},
        {"\t\r\n\\\"", R"("\t\r\n\\\"")"},
        {"\0x"s, R"("\0x")"},
        {"\x1b\x7f", R"("\u{1b}\u{7f}")"},
        {"\u00a0\u00ad\u200b\u2028\u3000\ufeff", R"("\u{a0}\u{ad}\u{200b}\u{2028}\u{3000}\u{feff}")"},
        {"\ue000\U0010ffff", R"("\u{e000}\u{10ffff}")"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(in_quotes(text), expected);
    }
}

TEST(TextTest, quoting_shows_bytes_that_are_not_utf8)
{
    EXPECT_EQ(in_quotes("a\xff\xc3"), R"("a\xff\xc3")");
    EXPECT_EQ(in_quotes("\xc3\xa9\x80z"), R"("é\x80z")");
}

TEST(ClosestTest, one_slip_is_forgiven_in_a_short_word_and_more_in_a_long_one)
{
    const std::vector<std::string> words = {"set", "get", "delete", "scan", "compact"};
    EXPECT_EQ(closest("gte", words), "get");
    EXPECT_EQ(closest("sett", words), "set");
    EXPECT_EQ(closest("dleet", words), "delete");
    EXPECT_EQ(closest("compcat", words), "compact");
    for (const std::string typed : {"", "ls", "put", "list", "xxxxxxxxxxxxxxxxxxxx"}) {
        EXPECT_EQ(closest(typed, words), std::nullopt) << typed;
    }
}

TEST(ExitCodeTest, only_a_key_that_is_not_there_is_2)
{
    for (int code = 0; code <= static_cast<int>(Errc::no_memory); ++code) {
        const auto expected = Errc(code) == Errc::not_found ? ExitCode::key_not_found : ExitCode::failed;
        EXPECT_EQ(exit_code(Error{Errc(code), "", 0}), expected) << code;
        EXPECT_EQ(exit_code(Error{Errc(code), "", ENOENT}), ExitCode::failed) << code;
    }
}

}  // namespace
}  // namespace bytestore::tools
