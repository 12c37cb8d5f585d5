// What a store does for itself in a thread of its own: nobody waits for it who need not.
#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <future>
#include <thread>

namespace bytestore::test {
namespace {

class HousekeepingTest : public StoreTest {
protected:
    HousekeepingTest()
    {
        options_.housekeeping_thread = true;
        options_.compaction_threshold = 10;
        options_.compaction_dead_percent = 0;
    }

    static bool of_compaction(const FileCall& call) { return call.name == "compaction.tmp"; }
    static void wait_for(const std::atomic<bool>& flag)
    {
        while (!flag) {
            std::this_thread::yield();
        }
    }

    // More than is needed to make a compaction due.
    static Map overwrite(Store& store)
    {
        Map map;
        for (int i = 0; i < 40; ++i) {
            set(store, "k", std::to_string(i));
            map["k"] = std::to_string(i);
        }
        return map;
    }

    // A compaction stops at its first call until the test goes on.
    FaultyFiles files_{{.before =
                            [this](const FileCall& call) {
                                if (of_compaction(call) && call.call == Call::open) {
                                    begun_ = true;
                                    wait_for(may_go_on_);
                                }
                                return std::optional<Fault>();
                            },
                        .after = {}}};
    std::atomic<bool> begun_ = false;
    std::atomic<bool> may_go_on_ = false;
};

TEST_F(HousekeepingTest, WritersAndReadersGoOnBesideACompaction)
{
    const auto store = open(files_);
    auto map = overwrite(*store);
    wait_for(begun_);
    for (int i = 0; i < 100; ++i) {
        const auto key = "n" + std::to_string(i);
        set(*store, key, "value");
        map[key] = "value";
    }
    ASSERT_TRUE(store->sync());
    expect_content(*store, map);
    EXPECT_EQ(store->stats().compactions, 0U);
    may_go_on_ = true;
    while (store->stats().compactions == 0) {
        std::this_thread::yield();
    }
    expect_content(*store, map);
    ASSERT_TRUE(store->close());
    EXPECT_EQ(content_of(path()), map);
}

TEST_F(HousekeepingTest, ACompactionThatIsAskedForComesAfterTheOneUnderWay)
{
    const auto store = open(files_);
    overwrite(*store);
    wait_for(begun_);
    set(*store, "k", "last");
    auto asked = std::async(std::launch::async, [&] { return store->compact(); });
    may_go_on_ = true;
    EXPECT_TRUE(asked.get());
    EXPECT_EQ(store->stats().compactions, 2U);
    EXPECT_EQ(store->stats().stale_records, 0U);
}

TEST_F(HousekeepingTest, LittleCompactionsRestASecondAfterEach)
{
    may_go_on_ = true;
    const auto begin = std::chrono::steady_clock::now();
    const auto store = open(files_);
    while (store->stats().compactions < 2) {
        overwrite(*store);
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST_F(HousekeepingTest, ARestEndsWithTheStore)
{
    may_go_on_ = true;
    const auto store = open(files_);
    const auto map = overwrite(*store);
    while (store->stats().compactions == 0) {
        std::this_thread::yield();
    }
    overwrite(*store);  // the next one is due
    ASSERT_TRUE(store->close());
    EXPECT_EQ(content_of(path()), map);
}

TEST_F(HousekeepingTest, AnAbandonedCompactionEndsAndLeavesTheLogAsItWas)
{
    const auto store = open(files_);
    const auto map = overwrite(*store);
    wait_for(begun_);
    auto asked = std::async(std::launch::async, [&] { return store->compact(); });
    store->abandon_compactions();
    may_go_on_ = true;
    EXPECT_EQ(code_of(asked.get()), Errc::busy);
    EXPECT_EQ(store->stats().compactions, 0U);
    expect_content(*store, map);
    ASSERT_TRUE(store->close());
    EXPECT_FALSE(std::filesystem::exists(path() / "compaction.tmp"));
    EXPECT_EQ(content_of(path()), map);
}

TEST_F(HousekeepingTest, ACloseGivesUpACompaction)
{
    const auto store = open(files_);
    const auto map = overwrite(*store);
    wait_for(begun_);
    auto closed = std::async(std::launch::async, [&] { return store->close(); });
    std::this_thread::yield();
    may_go_on_ = true;
    EXPECT_TRUE(closed.get());
    EXPECT_EQ(content_of(path()), map);
}

// The disk is full until the compaction is done, which is in its midst when a commit finds it full.
TEST_F(HousekeepingTest, ACommitOnAFullDiskWaitsForTheCompactionUnderWay)
{
    std::atomic<bool> full = false;
    std::atomic<bool> refused = false;
    FaultyFiles files(
        {.before = [&](const FileCall& call) -> std::optional<Fault> {
             if (of_compaction(call) && call.call == Call::open) {
                 begun_ = true;
                 wait_for(refused);
             }
             if (full && !of_compaction(call) && (call.call == Call::write || call.call == Call::reserve)) {
                 refused = true;
                 return Fault{.os_error = ENOSPC};
             }
             return std::nullopt;
         },
         .after = [&](const FileCall& call) { full = full && !(of_compaction(call) && call.call == Call::rename); }});
    const auto store = open(files);
    auto map = overwrite(*store);
    wait_for(begun_);
    full = true;
    const auto done = store->set("large", std::string(1'000'000, 'x'), {.mtime = 1});
    ASSERT_TRUE(done) << done.error().message;
    map["large"] = std::string(1'000'000, 'x');
    EXPECT_TRUE(refused);
    expect_content(*store, map);
}

TEST_F(HousekeepingTest, MuchThatIsNotSyncedIsSyncedAheadOfARoll)
{
    options_.compaction_threshold = 0;
    const auto store = open();
    for (int i = 0; i < 10; ++i) {
        set(*store, "k" + std::to_string(i), std::string(std::size_t{1} << 20, 'x'));
    }
    while (store->stats().syncs == 0) {
        std::this_thread::yield();
    }
    EXPECT_EQ(store->stats().segments, 1U);
}

// A program of one command ends with what it made due.
TEST_F(HousekeepingTest, WithoutTheThreadACommitDoesWhatItMakesDue)
{
    options_.housekeeping_thread = false;
    const auto store = open();
    overwrite(*store);
    EXPECT_EQ(store->stats().compactions, 3U);
}

}  // namespace
}  // namespace bytestore::test
