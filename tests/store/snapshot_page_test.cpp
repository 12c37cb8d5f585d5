// A page of the snapshot turns out to be damaged in the middle of the work of a store that reads it on demand.
#include "tests/store/snapshot_support.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace bytestore::test {
namespace {

constexpr int kKeys = 2000;  // several pages

class DamagedPage : public SnapshotTest, public ::testing::WithParamInterface<bool> {
protected:
    DamagedPage()
    {
        options_.index_on_demand = true;
        options_.segment_size = 100'000;
    }

    // The first opening looks at the tables only; what is in the pages is in the last part of the file.
    void SetUp() override
    {
        fill(kKeys);
        expected_ = content_of(*read());
        auto bytes = read_file(snapshot());
        const std::size_t first = GetParam() ? bytes.size() - bytes.size() / 3 : bytes.size() - 1;
        for (std::size_t i = first; i < bytes.size(); i += 100) {
            bytes[i] = static_cast<char>(bytes[i] ^ 1);
        }
        write_file(snapshot(), bytes);
        view(true, false);
        ASSERT_TRUE(used());
    }

    void expect_the_same_after_reopening()
    {
        options_.snapshot = false;
        expect_content(*read(), expected_);
    }

    Map expected_;
};

TEST_P(DamagedPage, IsNotSeenByFind)
{
    for (int i = 0; i < kKeys; i += 17) {
        const auto key = "key " + std::to_string(i);
        const auto got = read()->get(key);
        ASSERT_TRUE(got) << key;
        ASSERT_EQ(*got, expected_[key]);
    }
    EXPECT_FALSE(read()->find("no such key"));
}

TEST_P(DamagedPage, IsNotSeenByList)
{
    expect_content(*read(), expected_);
    EXPECT_TRUE(read()->any("key 999"));
    EXPECT_FALSE(read()->any("no such key"));
    const auto stats = read()->stats();
    EXPECT_EQ(stats.live_keys + stats.hidden_keys, expected_.size());
}

TEST_P(DamagedPage, IsNotSeenByManyReadersAtOnce)
{
    const auto store = read();
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
        readers.emplace_back([&, i] {
            for (int key = i; key < kKeys; key += 7) {
                EXPECT_TRUE(store->get("key " + std::to_string(key)));
            }
            EXPECT_EQ(store->list({}).size(), expected_.size());
        });
    }
}

TEST_P(DamagedPage, IsNotSeenByCommits)
{
    for (int i = 0; i < kKeys; i += 101) {
        const auto store = open();
        Batch batch;
        for (int j = i; j < kKeys; j += 171) {
            batch.set("key " + std::to_string(j), "again", {.mtime = 2});
            batch.set("new " + std::to_string(j), "new", {.mtime = 2});
        }
        batch.remove("key " + std::to_string(i + 1));
        ASSERT_TRUE(store->apply(batch));
        expected_ = applied(batch, expected_);
        expect_content(*store, expected_);
        const auto stats = store->stats();
        options_.snapshot = false;
        EXPECT_EQ(stats.stale_records, read()->stats().stale_records);
        EXPECT_EQ(stats.dead_bytes, read()->stats().dead_bytes);
        options_.snapshot = true;
    }
    expect_the_same_after_reopening();
}

TEST_P(DamagedPage, IsNotSeenByCompaction)
{
    const auto store = open();
    set(*store, "key 1000", "again");
    expected_["key 1000"] = "again";
    ASSERT_TRUE(store->compact());
    expect_content(*store, expected_);
    ASSERT_TRUE(store->close());
    expect_the_same_after_reopening();
}

TEST_P(DamagedPage, IsReplacedWhenTheStoreThatFoundItCloses)
{
    const auto store = open();
    set(*store, "key 1000", "again");
    ASSERT_TRUE(store->compact());
    ASSERT_TRUE(store->close());
    options_.index_on_demand = false;
    view(true, false);
    EXPECT_TRUE(used());
}

INSTANTIATE_TEST_SUITE_P(OneAndMany, DamagedPage, ::testing::Bool());

}  // namespace
}  // namespace bytestore::test
