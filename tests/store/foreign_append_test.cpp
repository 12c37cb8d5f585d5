// The first ByteStore wrote to our store: what it appended counts, and we go on in a segment of our own.
#include "tests/support/store_test.h"

namespace bytestore::test {
namespace {

class ForeignAppendTest : public StoreTest {
protected:
    // A store of one key; `sealed` as a compaction leaves its last segment.
    void make(bool sealed)
    {
        const auto store = open();
        set(*store, "ours", "1");
        if (sealed) {
            set(*store, "dead", "1");
            ASSERT_TRUE(store->remove("dead"));
            ASSERT_TRUE(store->compact());
        }
    }

    void expect_accepted()
    {
        const auto last = segments_in(path()).back();
        append_file(last,
                    "{\"cmd\":\"Set\",\"key\":\"theirs\",\"value\":\"1\"}\n{\"cmd\":\"Delete\",\"key\":\"ours\"}\n");
        const auto bytes = read_file(last);
        Map expected{{"theirs", "1"}};
        for (int i = 0; i < 3; ++i) {
            const auto store = open();
            EXPECT_TRUE(said("an older program appended"));
            expect_content(*store, expected);
            set(*store, "again", std::to_string(i));
            expected["again"] = std::to_string(i);
            EXPECT_EQ(read_file(last), bytes);
            EXPECT_NE(segments_in(path()).back(), last);
        }
        EXPECT_EQ(content_of(path()), expected);
    }
};

TEST_F(ForeignAppendTest, UnderOurHeaderIsAccepted)
{
    make(false);
    expect_accepted();
}

TEST_F(ForeignAppendTest, BehindASealIsAccepted)
{
    make(true);
    expect_accepted();
}

TEST_F(ForeignAppendTest, IsUpgradedByACompaction)
{
    make(false);
    append_file(segment(0),
                "{\"cmd\":\"Set\",\"key\":\"theirs\",\"value\":\"1\"}\n{\"cmd\":\"Delete\",\"key\":\"ours\"}\n");
    const auto store = open();
    ASSERT_TRUE(store->compact());
    EXPECT_EQ(store->stats().unverified, 0U);
    EXPECT_EQ(store->stats().stale_records, 0U);
    EXPECT_EQ(content_of(path()), (Map{{"theirs", "1"}}));
}

TEST_F(ForeignAppendTest, BlankLinesAndTrailingSpacesAreAccepted)
{
    make(false);
    append_file(segment(0), "\n  \n\t\r\n{\"cmd\":\"Set\",\"key\":\"theirs\",\"value\":\"1\"}  \r\n\n");
    const Map expected{{"ours", "1"}, {"theirs", "1"}};
    EXPECT_EQ(content_of(path()), expected);
    expect_content(*open(), expected);
}

TEST_F(ForeignAppendTest, BlankLinesAloneDoNotKeepUsFromAppending)
{
    make(false);
    append_file(segment(0), "\n \n");
    options_.segment_size = 10;
    for (const char* value : {"1", "2", "3"}) {
        set(*open(), "k", value);  // seals what has the blank lines
    }
    EXPECT_EQ(content_of(path()), (Map{{"k", "3"}, {"ours", "1"}}));
}

TEST_F(ForeignAppendTest, AMissingLastNewlineIsWrittenBeforeTheNextAppend)
{
    make(false);
    const auto bytes = read_file(segment(0));
    write_file(segment(0), bytes.substr(0, bytes.size() - 1));
    forget_lock();
    set(*open(), "next", "2");
    EXPECT_EQ(read_file(segment(0)).substr(0, bytes.size()), bytes);
    EXPECT_EQ(content_of(path()), (Map{{"next", "2"}, {"ours", "1"}}));
}

TEST_F(ForeignAppendTest, BetweenOurLinesIsAcceptedForGood)
{
    make(false);
    const auto bytes = read_file(segment(0));
    const auto second = line_starts(bytes).at(1);
    write_file(segment(0), bytes.substr(0, second) + "{\"cmd\":\"Set\",\"key\":\"edited\",\"value\":\"1\"}\n" +
                               bytes.substr(second));
    for (int i = 0; i < 3; ++i) {
        set(*open(), "next", std::to_string(i));
        EXPECT_EQ(content_of(path()), (Map{{"edited", "1"}, {"next", std::to_string(i)}, {"ours", "1"}}));
    }
}

TEST_F(ForeignAppendTest, WhileWeAreOpenStopsUsWithoutHarm)
{
    const auto store = open();
    set(*store, "ours", "1");
    append_file(segment(0), "{\"cmd\":\"Set\",\"key\":\"theirs\",\"value\":\"1\"}\n");
    const auto refused = store->set("ours", "2", {.mtime = 1});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::foreign_writer);
    EXPECT_EQ(code_of(store->set("ours", "2", {.mtime = 1})), Errc::stopped);
    EXPECT_NE(store->stats().stopped, "");
    expect_content(*store, {{"ours", "1"}});
    EXPECT_EQ(content_of(path()), (Map{{"ours", "1"}, {"theirs", "1"}}));
}

TEST_F(ForeignAppendTest, ASegmentRemovedWhileWeAreOpenStopsUs)
{
    const auto store = open();
    set(*store, "ours", "1");
    std::filesystem::remove(segment(0));
    EXPECT_EQ(code_of(store->set("ours", "2", {.mtime = 1})), Errc::foreign_writer);
    expect_content(*store, {{"ours", "1"}});
}

TEST_F(ForeignAppendTest, ToASegmentThatIsBeingCompactedIsNotLost)
{
    make(false);
    append_file(segment(0), "{\"cmd\":\"Set\",\"key\":\"ours\",\"value\":\"2\"}\n");
    const auto store = open();
    append_file(segment(0), "{\"cmd\":\"Set\",\"key\":\"theirs\",\"value\":\"1\"}\n");
    EXPECT_EQ(code_of(store->compact()), Errc::foreign_writer);
    EXPECT_EQ(content_of(path()), (Map{{"ours", "2"}, {"theirs", "1"}}));
}

}  // namespace
}  // namespace bytestore::test
