#include "engine/format/checksum.h"
#include "engine/format/value_codec.h"
#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <nlohmann/json.hpp>
#include <string>

namespace bytestore::format {
namespace {

using Json = nlohmann::ordered_json;

void expect_set(const std::string& line, const std::string& key, const std::string& value, const Fields& fields,
                Kind kind)
{
    std::string read;
    const auto parsed = parse_line(line, &read);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->type == Line::Type::record && parsed->command == Command::set);
    RC_ASSERT(parsed->checked && parsed->canonical);
    RC_ASSERT(parsed->key == key);
    RC_ASSERT(read == value);
    RC_ASSERT(parsed->size == value.size());
    RC_ASSERT(parsed->kind == kind);
    RC_ASSERT(parsed->fields == fields);
}

RC_GTEST_PROP(RoundTrip, ReadsEverySetAsItWasWritten, ())
{
    const std::string key = *hostile_text();
    const std::string value = *hostile_value();
    const Fields fields = *any_fields();
    expect_set(set_line(key, value, fields), key, value, fields, Kind::bytes);
}

RC_GTEST_PROP(RoundTrip, ReadsEveryLinkAsItWasWritten, ())
{
    const std::string key = *hostile_text();
    const std::string target = *hostile_text();
    const Fields fields = *any_fields();
    expect_set(set_line(key, target, fields, Kind::link), key, target, fields, Kind::link);
}

RC_GTEST_PROP(RoundTrip, ReadsEveryDeleteAsItWasWritten, ())
{
    const std::string key = *hostile_text();
    const Fields fields = *any_fields();
    const auto parsed = parse_line(delete_line(key, fields));
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->command == Command::remove && parsed->checked && parsed->canonical);
    RC_ASSERT(parsed->key == key);
    RC_ASSERT(parsed->fields == fields);
}

RC_GTEST_PROP(RoundTrip, ReadsOurFormAndAnyOtherAlike, ())
{
    const std::string value = *hostile_value();
    const std::string line = set_line(*hostile_text(), value, *any_fields());
    const std::string foreign = with_checksum("{ " + without_checksum(line).substr(1));
    std::string read;
    const auto ours = parse_line(line);
    const auto theirs = parse_line(foreign, &read);
    RC_ASSERT(theirs.has_value() && theirs->checked && !theirs->canonical);
    RC_ASSERT(theirs->key == ours->key);
    RC_ASSERT(read == value);
    RC_ASSERT(theirs->size == ours->size && theirs->kind == ours->kind);
    RC_ASSERT(theirs->fields == ours->fields);
}

RC_GTEST_PROP(RoundTrip, WritesWhatAnyJsonParserReads, ())
{
    const std::string key = *hostile_text();
    const std::string value = *hostile_text();
    const Json line = Json::parse(set_line(key, value, *any_fields()));
    RC_ASSERT(line["cmd"] == "Set");
    RC_ASSERT(line["key"] == key);
    const bool plain = !line["value"].get<std::string>().starts_with('\0');
    RC_ASSERT(!plain || line["value"] == value);
}

RC_GTEST_PROP(RoundTrip, WritesPlainValuesAsTheFirstByteStoreDoes, ())
{
    const std::string key = *hostile_text();
    const std::string text = *hostile_text();
    const std::string value = std::string(6 * text.size(), 'x') + text;
    const std::string line = without_checksum(set_line(key, value));
    RC_ASSERT(line == Json({{"cmd", "Set"}, {"key", key}, {"value", value}}).dump());
    RC_ASSERT(without_checksum(delete_line(key)) == Json({{"cmd", "Delete"}, {"key", key}}).dump());
}

RC_GTEST_PROP(RoundTrip, TellsWhereItWroteTheTextOfAValue, ())
{
    std::string line;
    const std::string value = *hostile_value();
    const auto written = write_set(into(line), *hostile_text(), Kind::bytes, value, *any_fields());
    line.pop_back();
    RC_ASSERT(written->value_end - written->value_begin == spelling_of(Kind::bytes, value).size);
    const auto read = parse_line(line);
    RC_ASSERT(read->value_begin == written->value_begin && read->value_end == written->value_end);
    std::string copy;
    const auto copied = copy_set(into(copy), source_of(line), line.size(), *read, *hostile_text(), read->fields);
    copy.pop_back();
    const auto again = parse_line(copy);
    RC_ASSERT(again->value_begin == copied->value_begin && again->value_end == copied->value_end);
}

RC_GTEST_PROP(RoundTrip, CopiesTheTextOfAValueWithoutDecodingIt, ())
{
    const std::string line = set_line(*hostile_text(), *hostile_value(), *any_fields());
    const auto parsed = parse_line(line);
    const std::string text = line.substr(parsed->value_begin, parsed->value_end - parsed->value_begin);
    std::string copy;
    RC_ASSERT(write_set_raw(into(copy), parsed->key, source_of(text), text.size(), parsed->fields).has_value());
    RC_ASSERT(copy == line + '\n');
}

TEST(RoundTrip, KeepsAllBytesAloneAndTogether)
{
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
        for (const std::string& value :
             {std::string(1, static_cast<char>(byte)), all, std::string(100, 'x') + static_cast<char>(byte)}) {
            std::string read;
            ASSERT_TRUE(parse_line(set_line("k", value), &read));
            EXPECT_EQ(read, value);
        }
    }
}

TEST(RoundTrip, KeepsAValueThatIsCutWithinACharacter)
{
    const std::string text = "aé中😀\xf4\x8f\xbf\xbfz";
    for (std::size_t begin = 0; begin <= text.size(); ++begin) {
        for (std::size_t size = 0; size <= text.size() - begin; ++size) {
            std::string read;
            ASSERT_TRUE(parse_line(set_line("k", text.substr(begin, size)), &read));
            EXPECT_EQ(read, text.substr(begin, size));
        }
    }
}

TEST(RoundTrip, KeepsAnEmptyKeyAndALongOne)
{
    for (const std::size_t size : {0, 1, 65536, 3000000}) {
        const std::string key(size, 'k');
        EXPECT_EQ(parse_line(set_line(key, "v"))->key, key);
        EXPECT_EQ(parse_line(delete_line(key))->key, key);
    }
}

}  // namespace
}  // namespace bytestore::format
