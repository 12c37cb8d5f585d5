// When data is brought to stable storage.
#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <atomic>
#include <barrier>
#include <thread>

namespace bytestore::test {
namespace {

class SyncTest : public StoreTest {
protected:
    std::atomic<int> syncs_{0};  // of segments
    FaultyFiles files_{{.before =
                            [this](const FileCall& call) {
                                syncs_ += call.call == Call::sync ? 1 : 0;
                                return std::optional<Fault>();
                            },
                        .after = {}}};
};

TEST_F(SyncTest, AlwaysMeansAfterEachWrite)
{
    options_.sync = SyncMode::always;
    const auto store = open(files_);
    set(*store, "a", "0");
    for (int i = 1; i <= 10; ++i) {
        const int before = syncs_;
        set(*store, "a", std::to_string(i));
        EXPECT_EQ(syncs_, before + 1);
    }
    EXPECT_EQ(store->stats().syncs, 11U);
}

TEST_F(SyncTest, NeverMeansOnlyWhenAskedFor)
{
    const auto store = open(files_);
    set(*store, "a", "0");
    const int before = syncs_;
    for (int i = 1; i <= 10; ++i) {
        set(*store, "a", std::to_string(i));
    }
    EXPECT_EQ(syncs_, before);
    ASSERT_TRUE(store->sync());
    EXPECT_EQ(syncs_, before + 1);
    set(*store, "a", "x");
    ASSERT_TRUE(store->close());
    EXPECT_EQ(syncs_, before + 1);
}

TEST_F(SyncTest, IntervalMeansSomeTimeAfterAWrite)
{
    options_.sync = SyncMode::interval;
    options_.sync_interval = std::chrono::milliseconds(1);
    const auto store = open(files_);
    for (int i = 0; i < 5; ++i) {
        const auto before = store->stats().syncs;
        set(*store, "a", std::to_string(i));
        while (store->stats().syncs == before) {
            std::this_thread::yield();
        }
    }
}

TEST_F(SyncTest, IntervalSyncsWhenClosed)
{
    options_.sync = SyncMode::interval;
    options_.sync_interval = std::chrono::hours(1);
    const auto store = open(files_);
    set(*store, "a", "1");
    const int before = syncs_;
    ASSERT_TRUE(store->close());
    EXPECT_EQ(syncs_, before + 1);
    EXPECT_NE(lock_text().find("\"synced\":" + std::to_string(read_file(segment(0)).size())), std::string::npos);
    EXPECT_NE(lock_text().find("\"clean\""), std::string::npos);
}

TEST_F(SyncTest, WithNothingNewCostsNothing)
{
    const auto store = open(files_);
    set(*store, "a", "1");
    ASSERT_TRUE(store->sync());
    const int before = syncs_;
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(store->sync());
    }
    EXPECT_EQ(syncs_, before);
}

TEST_F(SyncTest, CoversWhatAnEarlierProcessWroteAndNeverSynced)
{
    set(*open(), "a", "1");
    const auto store = open(files_);
    ASSERT_TRUE(store->sync());
    EXPECT_EQ(syncs_, 1);
    ASSERT_TRUE(store->sync());
    EXPECT_EQ(syncs_, 1);
}

TEST_F(SyncTest, AnOpeningAfterASyncedCloseSyncsNothing)
{
    options_.sync = SyncMode::interval;
    set(*open(), "a", "1");
    ASSERT_TRUE(open(files_)->close());
    EXPECT_EQ(syncs_, 0);
}

TEST_F(SyncTest, AtTheSameTimeIsShared)
{
    constexpr int kThreads = 8;
    const int rounds = scaled(50);
    const auto store = open(files_);
    set(*store, "a", "0");
    const int before = syncs_;
    std::barrier together(kThreads);
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < rounds; ++i) {
                EXPECT_TRUE(store->set(std::to_string(t), std::to_string(i), {.mtime = 1}));
                together.arrive_and_wait();
                EXPECT_TRUE(store->sync());
                together.arrive_and_wait();
            }
        });
    }
    threads.clear();
    EXPECT_EQ(syncs_ - before, rounds);
}

TEST_F(SyncTest, IsMarkedInTheFirstRecordBehindIt)
{
    const auto store = open();
    set(*store, "a", "1");
    ASSERT_TRUE(store->sync());
    const auto mark = "\"d\":" + std::to_string(read_file(segment(0)).size());
    EXPECT_EQ(read_file(segment(0)).find("\"d\":"), std::string::npos);
    set(*store, "a", "2");
    set(*store, "a", "3");
    const auto log = read_file(segment(0));
    EXPECT_NE(log.find(mark), std::string::npos);
    EXPECT_EQ(log.find("\"d\":"), log.rfind("\"d\":"));
}

}  // namespace
}  // namespace bytestore::test
