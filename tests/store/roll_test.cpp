// How the log goes from one segment to the next.
#include "tests/support/store_test.h"

namespace bytestore::test {
namespace {

class RollTest : public StoreTest {
protected:
    RollTest() { options_.segment_size = 1000; }
};

TEST_F(RollTest, ComesBeforeASegmentWouldGrowTooLarge)
{
    const auto store = open();
    Map expected;
    for (int i = 0; i < 200; ++i) {
        const auto key = std::to_string(i);
        set(*store, key, std::string(static_cast<std::size_t>(i % 50), 'v'));
        expected[key] = std::string(static_cast<std::size_t>(i % 50), 'v');
    }
    for (const auto& segment : segments_in(path())) {
        EXPECT_LE(std::filesystem::file_size(segment), 1150U);  // its seal comes on top
    }
    EXPECT_EQ(store->stats().segments, segments_in(path()).size());
    EXPECT_EQ(content_of(path()), expected);
}

TEST_F(RollTest, ABatchStaysInOneSegmentHoweverLarge)
{
    const auto store = open();
    set(*store, "before", "1");
    Batch batch;
    for (int i = 0; i < 100; ++i) {
        batch.set("k" + std::to_string(i), "value", {.mtime = 1});
    }
    ASSERT_TRUE(store->apply(batch));
    set(*store, "after", "1");
    ASSERT_EQ(segments_in(path()).size(), 3U);
    const auto log = read_file(segment(1));
    EXPECT_NE(log.find("\"b\":\"1/100\""), std::string::npos);
    EXPECT_NE(log.find("\"b\":\"100/100\""), std::string::npos);
    EXPECT_EQ(content_of(path()).size(), 102U);
}

TEST_F(RollTest, AnOpeningGoesOnInTheLastSegment)
{
    options_.segment_size = 1U << 20;
    for (int i = 0; i < 10; ++i) {
        set(*open(), "k" + std::to_string(i), "v");
        EXPECT_EQ(segments_in(path()).size(), 1U);
    }
    EXPECT_EQ(content_of(path()).size(), 10U);
}

TEST_F(RollTest, AnOpeningWithoutAWriteLeavesTheLogAsItIs)
{
    set(*open(), "a", "1");
    const auto before = read_file(segment(0));
    for (int i = 0; i < 3; ++i) {
        open();
        EXPECT_EQ(read_file(segment(0)), before);
        EXPECT_EQ(segments_in(path()).size(), 1U);
    }
}

TEST_F(RollTest, AnOpeningOfAnEmptyDirectoryMakesNoSegment)
{
    open();
    EXPECT_TRUE(segments_in(path()).empty());
}

}  // namespace
}  // namespace bytestore::test
