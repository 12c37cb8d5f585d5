// The process dies between any two calls to the operating system while snapshots come and go: what is then in the
// directory shows the same with the snapshot as without it.
#include "tests/store/recovery_check.h"
#include "tests/store/snapshot_support.h"
#include "tests/support/faulty_files.h"

#include <gtest/gtest.h>
#include <chrono>

namespace bytestore::test {
namespace {

class SnapshotCrash : public SnapshotTest, public ::testing::WithParamInterface<int> {
protected:
    SnapshotCrash()
        : work_(static_cast<std::uint32_t>(GetParam()), {.keys = 8, .largest_batch = 3, .largest_value = 30})
    {
        options_.segment_size = 600;
        options_.sync_interval = std::chrono::hours(1);  // a sync by a thread would look at what is being written
    }

    void after(const FileCall& call)
    {
        if (!call.changes() || busy_ || HasFailure()) {
            return;
        }
        busy_ = true;
        SCOPED_TRACE("after call " + std::to_string(static_cast<int>(call.call)) + " on " + call.name);
        expect_same_as_without();
        uses_ += used() ? 1 : 0;
        busy_ = false;
    }

    FaultyFiles files_{{.before = {}, .after = [this](const FileCall& call) { after(call); }}};
    Workload work_;
    Map map_;
    bool busy_ = false;
    int uses_ = 0;
};

TEST_P(SnapshotCrash, AtAnyCallShowsTheSameWithTheSnapshotAsWithoutIt)
{
    for (int session = 0; session < scaled(6) && !HasFailure(); ++session) {
        options_.sync = work_.below(2) == 0 ? SyncMode::never : SyncMode::interval;
        options_.snapshot_bytes = static_cast<std::uint64_t>(1 + work_.below(2) * 300);
        options_.index_on_demand = work_.below(2) == 0;
        const auto store = open(files_);
        for (int i = 0; i < 5 && !HasFailure(); ++i) {
            const auto batch = work_.batch(map_);
            ASSERT_TRUE(store->apply(batch));
            map_ = applied(batch, map_);
        }
        if (work_.below(2) == 0) {
            ASSERT_TRUE(store->compact());
        }
        expect_content(*store, map_);
        ASSERT_TRUE(store->close());
    }
    EXPECT_GT(uses_, 0);
}

TEST(SnapshotPowerLoss, TakesNothingThatTheSnapshotCovers)
{
    Options options;
    options.sync = SyncMode::never;
    options.segment_size = 300;
    options.snapshot_bytes = 1;
    options.housekeeping_thread = false;
    MemoryFiles disk;
    std::mt19937 random(1);
    const auto store = open_store(options, disk);
    while (!disk.content().contains("index.snapshot")) {
        ASSERT_TRUE(store->set("a", std::to_string(disk.content().size()), {.mtime = 1}));  // until a roll
    }
    EXPECT_EQ(content_of(*open_store(options, *lose_power(disk, Loss::everything, random))), content_of(*store));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SnapshotCrash, ::testing::Range(0, 8));

}  // namespace
}  // namespace bytestore::test
