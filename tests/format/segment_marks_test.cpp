#include "engine/format/segment_marks.h"

#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();

const Header kHeader{.need = {}, .id = "0123456789abcdef", .from = 0, .prev = std::nullopt};
const std::string kStart = R"({"cmd":"Delete","key":"\u0000bytestore",)";

Line::Type type_of(std::string_view line)
{
    const auto parsed = parse_line(line);
    EXPECT_TRUE(parsed) << line << ": " << parsed.error().message;
    return parsed ? parsed->type : Line::Type::blank;
}

TEST(SegmentMarks, AreTheseToTheByte)
{
    EXPECT_EQ(header_line(kHeader),
              kStart + R"("v":1,"need":[],"id":"0123456789abcdef","from":0,"prev":null,"c":"baa9d5b3859fec5b"})");
    EXPECT_EQ(seal_line({.records = 3, .size = 412}), kStart + R"("seal":3,"size":412,"c":"2cb74980e6ccb82c"})");
}

TEST(SegmentMarks, AreReadAsTheyWereWritten)
{
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{7}, kMost}) {
        Header header{.need = {}, .id = "fedcba9876543210", .from = number, .prev = number};
        EXPECT_EQ(parse_line(header_line(header))->header, header);
        header.prev.reset();
        EXPECT_EQ(parse_line(header_line(header))->header, header);
        const Seal seal{.records = number, .size = kMost - number};
        EXPECT_EQ(parse_line(seal_line(seal))->seal, seal);
    }
}

TEST(SegmentMarks, AreDeletesOfTheReservedKey)
{
    for (const std::string& line : {header_line(kHeader), seal_line({1, 2})}) {
        const auto parsed = parse_line(line);
        EXPECT_EQ(parsed->key, kStoreKey);
        EXPECT_EQ(parsed->command, Command::remove);
        EXPECT_TRUE(parsed->canonical && parsed->checked);
        EXPECT_EQ(parsed->fields, Fields{});
    }
    EXPECT_EQ(type_of(header_line(kHeader)), Line::Type::header);
    EXPECT_EQ(type_of(seal_line({1, 2})), Line::Type::seal);
}

TEST(SegmentMarks, WithoutAChecksumAreRecords)
{
    for (const std::string& line : {header_line(kHeader), seal_line({1, 2})}) {
        EXPECT_EQ(type_of(without_checksum(line)), Line::Type::record);
        EXPECT_FALSE(parse_line(without_checksum(line))->canonical);
    }
}

TEST(SegmentMarks, MaySayMoreThanWeKnow)
{
    const std::string fields = R"("v":1,"need":[],"id":"0123456789abcdef","from":0,"prev":null)";
    EXPECT_EQ(type_of(with_checksum(kStart + fields + R"(,"x":[1],"y":""})")), Line::Type::header);
    EXPECT_EQ(type_of(with_checksum(kStart + R"("seal":3,"size":412,"x":1})")), Line::Type::seal);
}

TEST(SegmentMarks, ThatGoOnWithWhatIsNoJsonAreRefused)
{
    const std::string fields = R"("v":1,"need":[],"id":"0123456789abcdef","from":0,"prev":null)";
    for (const std::string more : {",", ",x", ",\"x", ",\"x\":[", ",\"x\":1,", ",\"x\":1}", ",\"key\":\"\""}) {
        EXPECT_FALSE(accepted(with_checksum(kStart + fields + more + "}"))) << more;
        EXPECT_FALSE(accepted(with_checksum(kStart + R"("v":2,"need":[])" + more + "}"))) << more;
        EXPECT_FALSE(accepted(with_checksum(kStart + R"("seal":3,"size":412)" + more + "}"))) << more;
    }
}

TEST(SegmentMarks, OfALaterVersionSayWhatTheyNeed)
{
    for (const std::vector<std::string>& need : {std::vector<std::string>{"x"}, {"a\"\n", "é", ""}}) {
        EXPECT_EQ(parse_line(header_line({.need = need, .id = "", .from = 0, .prev = {}}))->header->need, need);
    }
    for (const auto* fields : {R"("v":2,"need":[]})", R"("v":2,"need":[],"from":"x"})", R"("v":1,"need":["x"]})",
                               R"("v":3,"need":["x","y"],"id":7})"}) {
        const auto line = parse_line(with_checksum(kStart + fields));
        ASSERT_EQ(line->type, Line::Type::header) << fields;
        EXPECT_TRUE(line->header->version > kVersion || !line->header->need.empty()) << fields;
    }
}

TEST(SegmentMarks, InAnotherFormOrUnderAnotherKeyAreRecords)
{
    const std::string fields = R"("v":1,"need":[],"id":"0123456789abcdef","from":0,"prev":null)";
    ASSERT_EQ(type_of(with_checksum(kStart + fields + "}")), Line::Type::header);
    for (const std::string& line : {
             R"({"cmd":"Delete","key":"\u0000bytestore2",)" + fields + "}",
             R"({"cmd":"Set","key":"\u0000bytestore","value":"",)" + fields + "}",
             R"({"key":"\u0000bytestore","cmd":"Delete",)" + fields + "}",
             kStart + " " + fields + "}",
             kStart + R"("need":[],"v":1,"id":"0123456789abcdef","from":0,"prev":null})",
             kStart + R"("v":1,"need":[1],"id":"0123456789abcdef","from":0,"prev":null})",
             kStart + R"("v":1,"need":[],"id":"0123456789ABCDEF","from":0,"prev":null})",
             kStart + R"("v":1,"need":[],"id":"0123456789abcde","from":0,"prev":null})",
             kStart + R"("v":1,"need":[],"id":"0123456789abcdef","from":-1,"prev":null})",
             kStart + R"("v":1,"need":[],"id":"0123456789abcdef","from":0})",
             kStart + R"("seal":1})",
             kStart + R"("size":1,"seal":1})",
             kStart + R"("mtime":1})",
         }) {
        EXPECT_EQ(type_of(with_checksum(line)), Line::Type::record) << line;
    }
}

}  // namespace
}  // namespace bytestore::format
