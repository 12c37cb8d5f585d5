#include <optional>
#include <string>

#include "fs/mapping.h"
#include "tests/mapping/words.h"

namespace bytestore::fs {
namespace {

TEST(Marker, OfADirectoryIsItsPrefixAndTheMarkerSegment)
{
    EXPECT_EQ(marker_key(std::nullopt), kNul);
    EXPECT_EQ(marker_key(""), ":" + kNul);
    EXPECT_EQ(marker_key("a"), "a:" + kNul);
    EXPECT_EQ(marker_key("a:b/c"), "a:b/c:" + kNul);
}

TEST(Marker, IsToldFromEveryOtherKey)
{
    for (const std::string& key : {kNul, ":" + kNul, "a:" + kNul, "a:b:" + kNul, joined({kNul, kNul}, ":")}) {
        EXPECT_TRUE(is_marker(key)) << testing::PrintToString(key);
        EXPECT_TRUE(has_reserved_segment(key)) << testing::PrintToString(key);
    }
    for (const std::string& key : {std::string(), std::string("a"), std::string(":"), "a" + kNul, kNul + "a",
                                   kNul + kNul, "a:" + kNul + "x", "a:" + kNul + ":", "a:x" + kNul, kNul + ":a"}) {
        EXPECT_FALSE(is_marker(key)) << testing::PrintToString(key);
    }
}

TEST(Marker, ASegmentIsReservedByItsFirstByteOnly)
{
    for (const std::string& key : {kNul + "a", "a:" + kNul + "x", "a:" + kNul + ":b", kNul + ":b", ":" + kNul + "x"}) {
        EXPECT_TRUE(has_reserved_segment(key)) << testing::PrintToString(key);
    }
    for (const std::string& key :
         {std::string(), std::string("a:b"), std::string(":"), "a" + kNul, "a:b" + kNul + ":c"}) {
        EXPECT_FALSE(has_reserved_segment(key)) << testing::PrintToString(key);
    }
}

TEST(JoinKey, TellsTheRootFromTheDirectoryWithTheEmptyName)
{
    EXPECT_EQ(join_key(std::nullopt, "a"), "a");
    EXPECT_EQ(join_key(std::nullopt, ""), "");
    EXPECT_EQ(join_key("", "a"), ":a");
    EXPECT_EQ(join_key("", ""), ":");
    EXPECT_EQ(join_key("a:b", "c"), "a:b:c");
    EXPECT_EQ(child_prefix(std::nullopt), "");
    EXPECT_EQ(child_prefix(""), ":");
    EXPECT_EQ(child_prefix("a"), "a:");
}

RC_GTEST_PROP(Marker, OfAnyDirectoryIsAMarkerUnderIt, ())
{
    const std::string key = joined(*rc::gen::container<Words>(any_segment()), ":");
    RC_ASSERT(is_marker(marker_key(key)));
    RC_ASSERT(marker_key(key) == child_prefix(key) + kNul);
    RC_ASSERT(is_marker(key) == (key == kNul || key.ends_with(":" + kNul)));
}

}  // namespace
}  // namespace bytestore::fs
