// Every call of an opening fails, on what crashes of all kinds left: it is refused with that very error, or it opens
// right; and nothing is lost by the attempt.
#include "tests/store/recovery_check.h"
#include "tests/support/faulty_files.h"
#include "tests/support/history.h"

#include <gmock/gmock.h>
#include <cerrno>
#include <optional>
#include <vector>

namespace bytestore::test {
namespace {

class ReopeningFaultTest : public ::testing::TestWithParam<bool> {
protected:
    struct Left {
        std::unique_ptr<MemoryFiles> disk;
        Map content;
        std::string when;
    };

    ReopeningFaultTest()
    {
        options_.sync = SyncMode::never;
        options_.compaction_threshold = 0;
        options_.housekeeping_thread = false;
        options_.segment_size = 500;
        options_.snapshot = GetParam();
        options_.snapshot_bytes = 1;
    }

    void SetUp() override
    {
        MemoryFiles disk;
        FaultyFiles files({.before = {}, .after = [&](const FileCall& call) { after(call, disk); }}, disk);
        for (int session = 0; session < 2; ++session) {
            const auto store = open_store(options_, files);
            for (int i = 0; i < 12; ++i) {
                apply(*store);
            }
            ASSERT_TRUE(store->compact());
            apply(*store);
        }
        ASSERT_GT(left_.size(), 20U);
    }

    void apply(Store& store)
    {
        const auto batch = work_.batch(history_.now());
        history_.begin(batch);
        ASSERT_TRUE(store.apply(batch));
        history_.acknowledge();
    }

    // Takes what each kind of crash leaves, some calls apart.
    void after(const FileCall& call, const MemoryFiles& disk)
    {
        constexpr int kEvery = 5;
        if (!call.changes() || ++calls_ % kEvery != 0) {
            return;
        }
        const RecoveryCheck check(options_,
                                  [this](const Map& map) { return history_.had(map, 0, history_.bounds().begun); });
        auto crashed = calls_ % 2 == 0 ? disk.after_kill() : lose_power(disk, Loss::any, random_);
        auto content = check.recover(*crashed);
        left_.push_back({.disk = std::move(crashed),
                         .content = std::move(content),
                         .when = "crash after call " + std::to_string(calls_) + " on " + call.name});
    }

    // Opens with the call of this number failing, and all behind it if `for_good`. False if it made fewer calls.
    bool open_failing(const Left& left, int failing, const Fault& fault, bool for_good)
    {
        SCOPED_TRACE(left.when + ", call " + std::to_string(failing) + " of the opening");
        const auto disk = left.disk->after_kill();
        int calls = 0;
        bool over = false;
        FaultyFiles files({.before =
                               [&](const FileCall& /*call*/) {
                                   const int number = over ? -1 : calls++;
                                   const bool fails = number == failing || (for_good && number > failing);
                                   return fails ? std::optional(fault) : std::nullopt;
                               },
                           .after = {}},
                          *disk);
        auto store = Store::open("disk", options_, files);
        over = true;
        if (store) {
            EXPECT_EQ(content_of(**store), left.content);
        } else {
            EXPECT_EQ(store.error().os_error, fault.os_error) << store.error().message;
        }
        if (store) {
            store->reset();
        }
        const RecoveryCheck check(options_, [&](const Map& map) { return map == left.content; });
        check.recover(*disk);
        return calls > failing;
    }

    void fail_each_call(const Fault& fault, bool for_good)
    {
        for (const auto& left : left_) {
            for (int failing = 0; open_failing(left, failing, fault, for_good) && !HasFailure(); ++failing) {
            }
        }
    }

    Options options_;
    Workload work_{4, {.keys = 5, .largest_batch = 3, .largest_value = 30, .binary = false}};
    History history_;
    std::mt19937 random_{4};
    int calls_ = 0;
    std::vector<Left> left_;
};

TEST_P(ReopeningFaultTest, AnErrorOfAnyCall)
{
    fail_each_call({.os_error = EIO, .written = 20}, false);
}

TEST_P(ReopeningFaultTest, ADiskFullAtAnyCall)
{
    fail_each_call({.os_error = ENOSPC}, false);
}

TEST_P(ReopeningFaultTest, ADiskThatFailsForGood)
{
    fail_each_call({.os_error = EIO, .written = 20}, true);
}

INSTANTIATE_TEST_SUITE_P(WithoutSnapshotAndWith, ReopeningFaultTest, ::testing::Bool());

}  // namespace
}  // namespace bytestore::test
