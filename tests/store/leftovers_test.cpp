// What a crash in a compaction leaves behind is removed by the next opening that writes, and by no reader.
#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <cerrno>

namespace bytestore::test {
namespace {

class LeftoversTest : public StoreTest {
protected:
    // A store whose merge could remove none of its inputs.
    void leave_inputs()
    {
        FaultyFiles files({.before =
                               [](const FileCall& call) {
                                   return call.call == Call::unlink ? std::optional(Fault{.os_error = EPERM})
                                                                    : std::nullopt;
                               },
                           .after = {}});
        options_.segment_size = 300;
        const auto store = open(files);
        for (int i = 0; i < 30; ++i) {
            set(*store, "k" + std::to_string(i), std::to_string(i));
            content_["k" + std::to_string(i)] = std::to_string(i);
        }
        for (int i = 0; i < 10; ++i) {
            ASSERT_TRUE(store->remove("k" + std::to_string(i)));
            content_.erase("k" + std::to_string(i));
        }
        const auto before = segments_in(path()).size();
        ASSERT_TRUE(store->compact());
        ASSERT_EQ(segments_in(path()).size(), before);
        expect_content(*store, content_);
    }

    Map content_;
};

TEST_F(LeftoversTest, ATemporaryFileIsRemovedByAWriterOnly)
{
    set(*open(), "a", "1");
    for (const auto* name : {"compaction.tmp", "next.tmp"}) {
        write_file(path() / name, "{\"cmd\":\"Set\",\"key\":\"a\",\"value\":\"2\"}\n");
        expect_content(*read(), {{"a", "1"}});
        EXPECT_TRUE(exists(path() / name));
        expect_content(*open(), {{"a", "1"}});
        EXPECT_FALSE(exists(path() / name));
    }
}

TEST_F(LeftoversTest, InputsOfAMergeAreRemovedByAWriterOnly)
{
    leave_inputs();
    const auto before = segments_in(path());
    expect_content(*read(), content_);
    EXPECT_EQ(segments_in(path()), before);
    expect_content(*open(), content_);
    EXPECT_LE(segments_in(path()).size(), 2U);
    expect_content(*open(), content_);
}

TEST_F(LeftoversTest, ThatCannotBeRemovedHideNothingAndAreTriedAgain)
{
    leave_inputs();
    for (const bool allowed : {false, false, true}) {
        FaultyFiles files({.before =
                               [&](const FileCall& call) {
                                   const bool fails = call.call == Call::unlink && !allowed;
                                   return fails ? std::optional(Fault{.os_error = EPERM}) : std::nullopt;
                               },
                           .after = {}});
        const auto store = open(files);
        set(*store, "k11", "again");
        ASSERT_TRUE(store->remove(content_.rbegin()->first));
        content_["k11"] = "again";
        content_.erase(std::prev(content_.end()));
        ASSERT_TRUE(store->compact());
        expect_content(*store, content_);
        EXPECT_EQ(content_of(path()), content_);
    }
    EXPECT_EQ(open()->stats().stale_records, 0U);
    EXPECT_LE(segments_in(path()).size(), 4U);
}

TEST_F(LeftoversTest, AreRemovedByALaterCompactionOfTheSameStore)
{
    bool allowed = false;
    FaultyFiles files({.before =
                           [&](const FileCall& call) {
                               const bool fails = call.call == Call::unlink && !allowed;
                               return fails ? std::optional(Fault{.os_error = EPERM}) : std::nullopt;
                           },
                       .after = {}});
    options_.segment_size = 200;
    const auto store = open(files);
    for (int i = 0; i < 12; ++i) {
        set(*store, "k" + std::to_string(i), "1");
    }
    ASSERT_TRUE(store->compact());
    const auto before = segments_in(path()).size();
    allowed = true;
    ASSERT_TRUE(store->compact());
    EXPECT_LT(segments_in(path()).size(), before);
    EXPECT_EQ(content_of(path()), content_of(*store));
}

}  // namespace
}  // namespace bytestore::test
