#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

std::string value_text(std::string_view line, const Line& parsed)
{
    return std::string(line.substr(parsed.value_begin, parsed.value_end - parsed.value_begin));
}

// The lines of the specification, their checksums computed apart from this code.
TEST(Canonical, LinesAreTheseToTheByte)
{
    EXPECT_EQ(set_line("lang", "Rust"), R"({"cmd":"Set","key":"lang","value":"Rust","c":"9654cd79e46b6043"})");
    Fields fields = one_field(&Fields::mtime, 1700000000123456789);
    fields.mode = 0600;
    fields.batch = BatchMark{1, 2};
    fields.synced_to = 77;
    EXPECT_EQ(
        set_line("a:b", "\xff", fields),
        R"({"cmd":"Set","key":"a:b","value":"\u0000b64:/w==","mtime":1700000000123456789,"mode":384,"b":"1/2","d":77,)"
        R"("c":"22905a94c4281dc4"})");
    EXPECT_EQ(set_line("ln", "../é", {}, Kind::link),
              R"({"cmd":"Set","key":"ln","value":"\u0000link:../é","c":"d9862a207acfff96"})");
    EXPECT_EQ(delete_line("lang", one_field(&Fields::mtime, -5)),
              R"({"cmd":"Delete","key":"lang","mtime":-5,"c":"744c32ba4776c029"})");
}

TEST(Canonical, SetTellsWhereTheTextOfItsValueIs)
{
    for (const std::string_view value : {"", "plain", "\"\\\n", "\xff", "é"}) {
        for (const std::string& line :
             {set_line("k\"", value, all_fields()), without_checksum(set_line("k\"", value))}) {
            const auto parsed = parse_line(line);
            ASSERT_TRUE(parsed && parsed->canonical) << line;
            EXPECT_EQ(parsed->size, value.size());
            EXPECT_EQ(R"({"cmd":"Set","key":"k\"","value":")" + value_text(line, *parsed) + '"',
                      line.substr(0, parsed->value_end + 1));
        }
    }
}

TEST(Canonical, DeleteHasNoValue)
{
    const auto parsed = parse_line(delete_line("key", all_fields()));
    ASSERT_TRUE(parsed && parsed->canonical && parsed->checked);
    EXPECT_EQ(parsed->command, Command::remove);
    EXPECT_EQ(parsed->fields, all_fields());
    EXPECT_EQ(parsed->value_begin + parsed->value_end + parsed->size, 0U);
}

TEST(Canonical, LineWithoutAChecksumIsNotBelievedItsBatch)
{
    const auto parsed = parse_line(without_checksum(set_line("key", "value", all_fields())));
    ASSERT_TRUE(parsed && parsed->canonical);
    EXPECT_FALSE(parsed->checked);
    Fields believed = all_fields();
    believed.batch.reset();
    believed.synced_to.reset();
    EXPECT_EQ(parsed->fields, believed);
    EXPECT_TRUE(parsed->bereft);
}

TEST(Canonical, OnlyABatchTellsThatAChecksumWasLost)
{
    Fields fields = all_fields();
    fields.batch.reset();
    const auto parsed = parse_line(without_checksum(set_line("key", "value", fields)));
    ASSERT_TRUE(parsed && parsed->canonical);
    EXPECT_FALSE(parsed->bereft);
}

// What another writer might have put there is read all the same, as a foreign line.
TEST(Canonical, IsNoLineInAnotherSpelling)
{
    for (const std::string_view line : {
             R"({"cmd":"Set","key":"k","value":"v","mtime":01})",  // and not JSON
             R"({"cmd":"Set","key":"k","value":"v" })",
             R"({"cmd": "Set","key":"k","value":"v"})",
             R"({"cmd":"Set","key":"\u006b","value":"v"})",
             R"({"cmd":"Set","key":"k","value":"\/"})",
             R"({"cmd":"Set","key":"k","value":"v","mtime":-0})",
             R"({"cmd":"Set","key":"k","value":"v","mtime":1.0})",
             R"({"cmd":"Set","key":"k","value":"v","mtime":9223372036854775808})",
             R"({"cmd":"Set","key":"k","value":"v","mode":4096})",
             R"({"cmd":"Set","key":"k","value":"v","uid":-1})",
             R"({"cmd":"Set","key":"k","value":"v","atime":1,"mtime":1})",
             R"({"cmd":"Set","key":"k","value":"v","mtime":1,"mtime":1})",
             R"({"cmd":"Set","key":"k","value":"v","b":"2/1"})",
             R"({"cmd":"Set","key":"k","value":"v","b":1})",
             R"({"cmd":"Set","key":"k","value":"v","d":1,"b":"1/2"})",
             R"({"cmd":"Set","key":"k","value":"v","x":1})",
             R"({"cmd":"Delete","key":"k","value":"v"})",
             R"({"key":"k","cmd":"Set","value":"v"})",
         }) {
        const auto parsed = parse_line(line);
        EXPECT_TRUE(!parsed || !parsed->canonical) << line;
        EXPECT_EQ(parsed.has_value(), line.find(":01") == std::string_view::npos) << line;
    }
}

TEST(Canonical, ParsingAppendsToTheValueThatIsThere)
{
    std::string value = "before ";
    ASSERT_TRUE(parse_line(set_line("k", "plain"), &value));
    ASSERT_TRUE(parse_line(set_line("k", " \xff"), &value));
    ASSERT_TRUE(parse_line(R"({"key":"k","value":" foreign","cmd":"Set"})", &value));
    ASSERT_TRUE(parse_line(R"({"cmd":"Set","key":"k","value":" ours, nearly","x":1})", &value));
    EXPECT_EQ(value, "before plain \xff foreign ours, nearly");
}

TEST(Canonical, LineInTheTextOfAValueIsOnlyText)
{
    const std::string inner = set_line("inner", "\xff", all_fields());
    const std::string line = set_line(inner, inner);
    std::string value;
    const auto parsed = parse_line(line, &value);
    ASSERT_TRUE(parsed && parsed->checked && parsed->canonical);
    EXPECT_EQ(parsed->key, inner);
    EXPECT_EQ(value, inner);
    EXPECT_EQ(parsed->fields, Fields{});
}

}  // namespace
}  // namespace bytestore::format
