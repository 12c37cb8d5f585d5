// Every call to the operating system fails, once or from then on, in every sync mode, with snapshots and without. What
// is in memory stays right; what is on the disk afterwards is what was committed, and all that a sync promised, even if
// the power fails on top of it.
#include "tests/store/recovery_check.h"
#include "tests/support/code_of.h"
#include "tests/support/faulty_files.h"
#include "tests/support/history.h"

#include <gmock/gmock.h>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <tuple>

namespace bytestore::test {
namespace {

using ::testing::AnyOf;

struct ModePlan {
    std::function<bool(const FileCall&)> concerns;
    Fault fault;
    bool for_good = false;
};

class FaultModesTest : public ::testing::TestWithParam<std::tuple<SyncMode, bool>> {
protected:
    FaultModesTest()
    {
        options_.sync = std::get<SyncMode>(GetParam());
        options_.sync_interval = std::chrono::hours(1);
        options_.compaction_threshold = 0;
        options_.housekeeping_thread = false;
        options_.segment_size = 600;
        options_.snapshot = std::get<bool>(GetParam());
        options_.snapshot_bytes = 300;
    }

    void fail_each(const ModePlan& plan, int at_least)
    {
        for (failing_ = 0; run(plan) && !HasFailure(); ++failing_) {
        }
        EXPECT_GT(failing_, at_least);
    }

    // False if the work was done before the call that was to fail.
    bool run(const ModePlan& plan)
    {
        calls_ = 0;
        failed_.reset();
        history_.restart({});
        disk_ = std::make_unique<MemoryFiles>();
        FaultyFiles files({.before = [&](const FileCall& call) { return fault_of(call, plan); }, .after = {}}, *disk_);
        armed_ = true;
        if (auto store = Store::open("disk", options_, files)) {
            work(**store);
            made_safe((*store)->close(), options_.sync != SyncMode::never);
        } else {
            EXPECT_THAT(store.error().code, AnyOf(Errc::io, Errc::no_space));
        }
        armed_ = false;
        SCOPED_TRACE(failed_ ? "call " + std::to_string(failing_) + ": " +
                                   std::to_string(static_cast<int>(failed_->call)) + " " + failed_->name
                             : "no call failed");
        check_disk();
        return failed_.has_value();
    }

    std::optional<Fault> fault_of(const FileCall& call, const ModePlan& plan)
    {
        if (!armed_ || !plan.concerns(call)) {
            return std::nullopt;
        }
        const int number = calls_++;
        if (number != failing_ && !(plan.for_good && number > failing_)) {
            return std::nullopt;
        }
        failed_ = failed_.value_or(call);
        return plan.fault;
    }

    void work(Store& store)
    {
        Workload work(5, {.keys = 5, .largest_batch = 3, .largest_value = 40, .binary = false});
        for (int step = 1; step <= 24 && !HasFailure(); ++step) {
            apply(store, work.batch(history_.now()));
            if (step % 10 == 0) {
                expect_typed(store.compact());
            }
            if (step % 7 == 0) {
                made_safe(store.sync(), true);
            }
            check_memory(store);
        }
    }

    void apply(Store& store, const Batch& batch)
    {
        const bool took_writes = store.writable().has_value();
        history_.begin(batch);
        const auto committed = store.commit(batch);
        if (committed) {
            history_.acknowledge();
            made_safe(store.settle(*committed), options_.sync == SyncMode::always);
        } else if (store.writable() || !took_writes) {
            history_.abandon();
            expect_typed(committed);
        }
        // Else the failure ended all writing: it may be on the disk, but is not seen.
    }

    void made_safe(const Status& done, bool promises)
    {
        expect_typed(done);
        if (done && promises) {
            history_.made_safe(history_.bounds().acknowledged);
        }
    }

    template <class T>
    static void expect_typed(const Result<T>& done)
    {
        EXPECT_THAT(code_of(done), AnyOf(std::nullopt, std::optional(Errc::io), std::optional(Errc::no_space),
                                         std::optional(Errc::stopped)))
            << done.error().message;
    }

    void check_memory(const Store& store)
    {
        armed_ = false;
        ASSERT_EQ(content_of(store), history_.now());
        armed_ = true;
    }

    // In order again.
    void check_disk()
    {
        const auto bounds = history_.bounds();
        const auto from = [this](std::size_t commits) {
            return RecoveryCheck(options_, [this, commits](const Map& map) {
                return history_.had(map, commits, history_.bounds().begun);
            });
        };
        from(bounds.acknowledged).recover(*disk_);
        from(bounds.acknowledged).go_on(*disk_, 1);
        for (const auto loss : {Loss::everything, Loss::latest, Loss::any}) {
            from(bounds.safe).recover(*lose_power(*disk_, loss, random_));
        }
    }

    Options options_;
    std::unique_ptr<MemoryFiles> disk_;
    History history_;
    std::mt19937 random_{1};
    int failing_ = 0;  // number of the call
    int calls_ = 0;
    bool armed_ = false;
    std::optional<FileCall> failed_;
};

bool changes(const FileCall& call)
{
    return call.changes();
}

bool looks(const FileCall& call)
{
    return call.call == Call::read || call.call == Call::info || call.call == Call::list;
}

TEST_P(FaultModesTest, AnErrorOfAnyCallThatChangesTheDisk)
{
    fail_each({.concerns = changes, .fault = {.os_error = EIO, .written = 30}}, 80);
}

TEST_P(FaultModesTest, ADiskFullAtAnyCallThatChangesIt)
{
    fail_each({.concerns = changes, .fault = {.os_error = ENOSPC}}, 80);
}

TEST_P(FaultModesTest, ADiskThatFailsForGoodAtAnyCallThatChangesIt)
{
    fail_each({.concerns = changes, .fault = {.os_error = EIO, .written = 30}, .for_good = true}, 80);
}

TEST_P(FaultModesTest, AnErrorOfAnyCallThatOnlyLooks)
{
    fail_each({.concerns = looks, .fault = {.os_error = EIO}}, 80);
}

INSTANTIATE_TEST_SUITE_P(Modes, FaultModesTest,
                         ::testing::Combine(::testing::Values(SyncMode::always, SyncMode::interval, SyncMode::never),
                                            ::testing::Bool()));

}  // namespace
}  // namespace bytestore::test
