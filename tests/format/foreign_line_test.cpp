#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

std::string set_with(std::string_view more)
{
    return R"({"cmd":"Set","key":"k","value":"v",)" + std::string(more) + "}";
}

std::string nested(std::size_t depth, char open, char close)
{
    return set_with(R"("n":)" + std::string(depth, open) + std::string(depth, close));
}

// The value of a field that is read from a line in another form, which the space makes it.
template <class T>
std::optional<T> believed(std::optional<T> Fields::* field, std::string_view name, std::string_view json)
{
    const std::string line = with_checksum(set_with(" \"" + std::string(name) + "\":" + std::string(json)));
    const auto parsed = parse_line(line);
    EXPECT_TRUE(parsed && parsed->checked && !parsed->canonical) << line;
    return parsed ? parsed->fields.*field : std::nullopt;
}

// Lines of a table come from what serde_json did with them.
TEST(ForeignLine, IsAcceptedInEveryShapeThatSerdeAccepts)
{
    for (const std::string_view line : {
             R"({"value":"v","cmd":"Set","key":"k"})",
             R"({"key":"k","value":"v","cmd":"Set"})",
             R"({"c\u006dd":"Set","k\u0065y":"k","v\u0061lue":"v"})",
             R"({"cmd":"S\u0065t","key":"\u006b","value":"\u0076"})",
             R"({"x":1,"cmd":"Set","x":[],"key":"k","x":{"cmd":1,"key":2,"cmd":3},"value":"v","x":null})",
             R"(["Set","k","v"])",
             R"( [ "Set" , "k" , "v" ] )",
         }) {
        std::string value;
        const auto parsed = parse_line(line, &value);
        ASSERT_TRUE(parsed) << line << ": " << parsed.error().message;
        EXPECT_EQ(parsed->command, Command::set);
        EXPECT_EQ(parsed->key, "k");
        EXPECT_EQ(value, "v");
        EXPECT_EQ(parsed->size, 1U);
        EXPECT_FALSE(parsed->canonical || parsed->checked);
        EXPECT_EQ(parsed->value_begin + parsed->value_end, 0U);
    }
}

TEST(ForeignLine, OfADeleteIgnoresAValueOfAnyType)
{
    for (const std::string_view value : {R"("v")", "1", "null", "true", "[1,[]]", R"({"key":"x"})", R"(1,"value":2)"}) {
        const auto parsed = parse_line(R"({"cmd":"Delete","key":"k","value":)" + std::string(value) + "}");
        ASSERT_TRUE(parsed) << value << ": " << parsed.error().message;
        EXPECT_EQ(parsed->command, Command::remove);
        EXPECT_EQ(parsed->key, "k");
        EXPECT_EQ(parsed->size, 0U);
    }
}

TEST(ForeignLine, IsRefusedWithItsReason)
{
    const std::vector<std::pair<std::string, std::string>> lines{
        {R"({"cmd":"Set","cmd":"Set","key":"k","value":"v"})", "duplicate field cmd"},
        {R"({"cmd":"Set","key":"k","value":"v","key":"k"})", "duplicate field key"},
        {R"({"cmd":"Set","key":"k","value":"v","value":"v"})", "duplicate field value"},
        {R"({"cmd":"Delete","key":"k","key":1})", "duplicate field key"},
        {R"({"key":"k","value":"v"})", "missing field cmd"},
        {R"({"cmd":"Set","value":"v"})", "missing field key"},
        {R"({"cmd":"Set","key":"k"})", "missing field value"},
        {R"({"cmd":1,"key":"k","value":"v"})", "field cmd is not a string"},
        {R"({"cmd":"Set","key":["k"],"value":"v"})", "field key is not a string"},
        {R"({"cmd":"Set","key":"k","value":{"value":"v"}})", "field value is not a string"},
        {R"({"cmd":"set","key":"k","value":"v"})", "unknown cmd set"},
        {R"({"cmd":"a\nb","key":"k"})", R"(unknown cmd a\nb)"},
        {R"(["Set","k"])", "missing field value"},
        {R"(["Set","k","v","x"])", "too many elements"},
        {R"(["Delete","k","v"])", "too many elements"},
        {R"(["Delete"])", "missing field key"},
        {R"(["Set",["k"],"v"])", "field key is not a string"},
        {"[]", "missing field cmd"},
        {"{}", "missing field cmd"},
        {"\"Set\"", "neither an object nor an array"},
        {"1", "neither an object nor an array"},
        {set_with(R"("n":1e400)"), "number out of range at column 44"},
        {set_with(R"("n":-1e400)"), "number out of range at column 45"},
        {"  " + set_with(R"("n":1e400)"), "number out of range at column 46"},
    };
    for (const auto& [line, reason] : lines) {
        EXPECT_EQ(refusal(line), reason) << line;
        EXPECT_EQ(parse_line(line).error().code, Errc::damaged);
    }
}

TEST(ForeignLine, ThatIsNotJsonIsRefusedWithTheColumn)
{
    const std::vector<std::pair<std::string, std::size_t>> lines{
        {"x", 1},
        {R"({"cmd":"Set","key":"a","value":"x)"
         "\x01"
         R"("})",
         34},
        {R"({"cmd":"Set","key":"a","value":"\ud800"})", 39},
        {R"({"cmd":"Set","key":"a","value":"\udc00"})", 38},
        {R"({"cmd":"Delete","key":"a"}{"cmd":"Delete","key":"a"})", 27},
        {R"({"cmd":"Delete","key":"a",})", 27},
        {"\xEF\xBB\xBF"
         R"({"cmd":"Delete","key":"a"})",
         1},
        {R"({"cmd":"Delete","key":"a"})" + std::string(1, '\0'), 27},
        {R"({"cmd":"Delete","key":"a)"
         "\x80"
         R"("})",
         25},
        {R"({"cmd":"Delete","key":"\x"})", 25},
        {R"({"cmd":"Delete","key":"a"} // x)", 28},
    };
    for (const auto& [line, column] : lines) {
        EXPECT_TRUE(refusal(line).starts_with("not JSON: ")) << line << ": " << refusal(line);
        EXPECT_TRUE(refusal(line).ends_with(" at column " + std::to_string(column))) << line << ": " << refusal(line);
    }
}

TEST(ForeignLine, IsRefusedAtEveryLengthButItsOwn)
{
    for (const std::string& line :
         {set_with(R"( "n":[1.5,{"a":true}],"mtime":7)"), std::string(R"(["Set","k","\u00e9"])")}) {
        ASSERT_TRUE(accepted(line));
        for (std::size_t size = 1; size < line.size(); ++size) {
            EXPECT_FALSE(accepted(std::string_view(line).substr(0, size))) << size;
        }
    }
}

TEST(ForeignLine, TakesNumbersOfAnyLengthWithinTheRangeOfADouble)
{
    for (const std::string& number :
         {std::string("123456789012345678901234567890123456789"), std::string("-0"), std::string("1e-400"),
          std::string("0e999"), "0." + std::string(100000, '0') + "1", std::string(300, '9')}) {
        EXPECT_TRUE(accepted(set_with("\"n\":" + number)));
    }
    for (const std::string& number :
         {std::string(400, '9'), std::string("01"), std::string("1."), std::string("+1"), std::string("NaN")}) {
        EXPECT_FALSE(accepted(set_with("\"n\":" + number)));
    }
}

TEST(ForeignLine, NestsTo127AndNoDeeper)
{
    EXPECT_TRUE(accepted(nested(kMaxDepth - 1, '[', ']')));
    EXPECT_EQ(refusal(nested(kMaxDepth, '[', ']')), "nested too deeply");
    EXPECT_EQ(refusal(nested(1000000, '[', ']')), "nested too deeply");
    EXPECT_EQ(refusal(std::string(10000000, '[')), "nested too deeply");
}

TEST(ForeignLine, GivesTheFieldsThatAreIntegersInRange)
{
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(believed(&Fields::mtime, "mtime", "9223372036854775807"), kMost);
    EXPECT_EQ(believed(&Fields::atime, "atime", "-9223372036854775808"), kLeast);
    EXPECT_EQ(believed(&Fields::ctime, "ctime", "0"), 0);
    EXPECT_EQ(believed(&Fields::mode, "mode", "4095"), 07777U);
    EXPECT_EQ(believed(&Fields::uid, "uid", "4294967294"), 4294967294U);
    EXPECT_EQ(believed(&Fields::gid, "gid", "1000"), 1000U);
    EXPECT_EQ(believed(&Fields::synced_to, "d", "18446744073709551615"), 18446744073709551615U);
    EXPECT_EQ(believed(&Fields::batch, "b", R"("2/3")"), (BatchMark{2, 3}));
}

TEST(ForeignLine, TakesFieldsOfAWrongTypeOrSizeAsUnknown)
{
    for (const std::string_view json :
         {"9223372036854775808", "-9223372036854775809", "1.0", "1e3", "\"1\"", "null", "[1]", "{}", "true"}) {
        EXPECT_EQ(believed(&Fields::mtime, "mtime", json), std::nullopt) << json;
    }
    for (const std::string_view json : {"4096", "-1", "420.0", "18446744073709551615"}) {
        EXPECT_EQ(believed(&Fields::mode, "mode", json), std::nullopt) << json;
    }
    for (const std::string_view json : {"-1", "4294967295", "4294967296"}) {
        EXPECT_EQ(believed(&Fields::uid, "uid", json), std::nullopt) << json;
        EXPECT_EQ(believed(&Fields::gid, "gid", json), std::nullopt) << json;
    }
    EXPECT_EQ(believed(&Fields::synced_to, "d", "-1"), std::nullopt);
    for (const std::string_view json : {R"("0/2")", R"("3/2")", R"("1/1")", R"("1/2/3")", R"("01/2")", R"("1")",
                                        R"("a/b")", "1", R"("1/4294967296")"}) {
        EXPECT_EQ(believed(&Fields::batch, "b", json), std::nullopt) << json;
    }
}

TEST(ForeignLine, WithABatchTellsThatItLostItsChecksum)
{
    const auto bereft = [](std::string_view tail) {
        const auto parsed = parse_line(R"({"cmd":"Delete","key":"k" )" + std::string(tail) + "}");
        return parsed && parsed->bereft;
    };
    EXPECT_TRUE(bereft(R"(,"b":"1/2","C":"0123456789abcdef")"));
    EXPECT_TRUE(bereft(R"(,"b":"1/2","b":"0123456789abcdef")"));
    EXPECT_FALSE(bereft(R"(,"b":"0123456789abcdef")"));
    EXPECT_FALSE(bereft(""));
}

TEST(ForeignLine, GivesTheLastOfAFieldThatStandsTwice)
{
    EXPECT_EQ(believed(&Fields::mtime, "mtime", R"(1,"mtime":2)"), 2);
    EXPECT_EQ(believed(&Fields::mtime, "mtime", R"(1,"mtime":"x")"), std::nullopt);
    EXPECT_EQ(believed(&Fields::batch, "b", R"("1/2","b":3)"), std::nullopt);
    EXPECT_EQ(believed(&Fields::mtime, "x", R"({"mtime":5},"y":[6])"), std::nullopt);
}

TEST(ForeignLine, IsBelievedItsBatchOnlyWithAChecksum)
{
    const auto parsed = parse_line(set_with(R"( "b":"1/2","d":7,"uid":5)"));
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->checked);
    EXPECT_EQ(parsed->fields, one_field(&Fields::uid, 5));
}

TEST(ForeignLine, HasItsChecksumVerified)
{
    const std::string line = with_checksum(set_with(R"( "x":1)"));
    EXPECT_TRUE(parse_line(line)->checked);
    std::string other = line;
    other[other.find("\"k\"") + 1] = 'l';
    EXPECT_EQ(refusal(other), "checksum mismatch");
}

TEST(ForeignLine, CountsAChecksumOnlyAsTheLastField)
{
    for (const std::string_view field :
         {R"("c":"0123456789abcdef","x":1)", R"("c":"0123456789abcdeF")", R"("c":"0123456789abcde")",
          R"("c": "0123456789abcdef")", R"("c":1)", R"("x":{"c":"0123456789abcdef"})"}) {
        const auto parsed = parse_line(set_with(field));
        ASSERT_TRUE(parsed) << field;
        EXPECT_FALSE(parsed->checked) << field;
    }
    EXPECT_EQ(refusal(set_with(R"("c":"0123456789abcdef")")), "checksum mismatch");
}

TEST(ForeignLine, HoldsValuesInEveryForm)
{
    std::string value;
    const auto encoded = parse_line(R"(["Set","k","\u0000b64:\u002f+8="])", &value);
    EXPECT_EQ(value, "\xff\xef");
    EXPECT_EQ(encoded->size, 2U);
    value.clear();
    const auto link = parse_line(R"(["Set","k","\u0000link:\u00e9"])", &value);
    EXPECT_EQ(value, "é");
    EXPECT_EQ(link->kind, Kind::link);
}

TEST(ForeignLine, MayBeLongButNotLongerThanItsLimit)
{
    const std::string line = set_with(" \"x\":\"" + std::string(kMaxForeignLine, 'x') + '"');
    const std::string fits =
        set_with(" \"x\":\"" + std::string(kMaxForeignLine - set_with(R"( "x":"")").size(), 'x') + '"');
    EXPECT_EQ(fits.size(), kMaxForeignLine);
    EXPECT_TRUE(accepted(fits));
    EXPECT_TRUE(parse_long_line(source_of(fits), fits.size()));
    EXPECT_TRUE(refusal(line).starts_with("over 67108864 bytes"));
    EXPECT_EQ(parse_long_line(source_of(line), line.size()).error().message, refusal(line));
}

}  // namespace
}  // namespace bytestore::format
