// The process dies, or the power fails, after any call that changes the disk, in long random work: what opens then is
// what was there after some number of commits, with all that was promised to be safe.
#include "tests/store/recovery_check.h"
#include "tests/support/faulty_files.h"
#include "tests/support/history.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace bytestore::test {
namespace {

// Small values make many segments of few records; some damage shows only in larger ones.
enum class Values : std::uint8_t { small, large };

struct Syncs {
    SyncMode mode;
    std::chrono::milliseconds interval;
};

constexpr std::chrono::milliseconds kNotInATest = std::chrono::hours(1);

class PowerLossTest : public ::testing::TestWithParam<std::tuple<Syncs, Values>> {
protected:
    PowerLossTest()
        : work_(seed_, {.keys = 7, .largest_batch = 3, .largest_value = large() ? 4000 : 30, .binary = false}),
          chance_(seed_)
    {
        options_.sync = std::get<Syncs>(GetParam()).mode;
        options_.sync_interval = std::get<Syncs>(GetParam()).interval;
        options_.compaction_threshold = 0;
        options_.housekeeping_thread = false;
        options_.snapshot_bytes = 1;
    }

    static bool large() { return std::get<Values>(GetParam()) == Values::large; }

    // Opens the store in another shape each time, works, and ends in one of three ways.
    void work_a_session()
    {
        options_.segment_size = std::uint64_t{large() ? 10'000U : 300U} << work_.below(3);
        options_.snapshot = work_.below(4) > 0;
        options_.index_on_demand = work_.below(2) == 0;
        FaultyFiles files({.before = [this](const FileCall& call) { return fault_of(call); },
                           .after = [this](const FileCall& call) { after(call); }},
                          *disk_);
        store_ = open_store(options_, files);
        for (int i = 0; i < 20 && !HasFailure(); ++i) {
            step();
        }
        end_session();
    }

    void step()
    {
        const int choice = work_.below(20);
        if (choice < 14) {
            apply();
        } else if (choice < 16) {
            const auto before = history_.bounds().acknowledged;
            ASSERT_TRUE(store_->sync());
            history_.made_safe(before);
        } else if (choice < 17) {
            ASSERT_TRUE(store_->reserve(promised_, static_cast<std::uint64_t>(work_.below(2000))));
        } else {
            stubborn_ = work_.below(3) == 0;
            interleaved_ = work_.below(6);
            const auto done = store_->compact();
            interleaved_ = 0;
            ASSERT_TRUE(done) << done.error().message;
        }
        ASSERT_EQ(content_of(*store_), history_.now());
    }

    void apply()
    {
        auto batch = work_.batch(history_.now());
        if (work_.below(4) == 0) {
            batch.draw_on(promised_);
        }
        history_.begin(batch);
        ASSERT_TRUE(store_->apply(batch));
        history_.acknowledge();
        if (options_.sync == SyncMode::always) {
            history_.made_safe(history_.bounds().acknowledged);
        }
    }

    // Closes the store, or goes back to what a crash left in the middle of the session.
    void end_session()
    {
        promised_.release();
        const bool crashes = work_.below(2) == 0;
        if (!crashes) {
            ASSERT_TRUE(store_->close());
            if (options_.sync != SyncMode::never) {
                history_.made_safe(history_.bounds().acknowledged);
            }
        }
        over_ = true;
        store_.reset();
        over_ = false;
        if (!crashes || !crash_.disk) {
            crash_ = {.disk = disk_->after_kill(), .bounds = history_.bounds(), .power_failed = false};
        }
        if (!HasFailure()) {
            go_back_to(std::exchange(crash_, {}));
        }
    }

    struct Crash {
        std::unique_ptr<MemoryFiles> disk;
        History::Bounds bounds;
        bool power_failed = false;
    };

    void go_back_to(Crash crash)
    {
        disk_ = std::move(crash.disk);
        const auto found = check(0).recover(*disk_);
        crash.power_failed ? history_.restart(found) : history_.resume(crash.bounds, found);
    }

    // With a stubborn directory, the inputs of a merge stay where they are.
    std::optional<Fault> fault_of(const FileCall& call) const
    {
        const bool kept = stubborn_ && call.call == Call::unlink && call.name.starts_with("log-");
        return kept ? std::optional(Fault{.os_error = EPERM}) : std::nullopt;
    }

    void after(const FileCall& call)
    {
        if (!call.changes() || over_ || HasFailure()) {
            return;
        }
        SCOPED_TRACE("seed " + std::to_string(seed_) + ", after call " + std::to_string(static_cast<int>(call.call)) +
                     " on " + call.name);
        look();
        // Between two steps of a compaction.
        if (call.name == "compaction.tmp" && interleaved_ > 0 && work_.below(4) == 0) {
            --interleaved_;
            apply();
        }
    }

    void look()
    {
        const std::lock_guard lock(look_mutex_);
        const auto bounds = history_.bounds();
        look_at({.disk = disk_->after_kill(), .bounds = bounds, .power_failed = false});
        for (const auto loss : {Loss::everything, Loss::latest, Loss::any}) {
            look_at({.disk = lose_power(*disk_, loss, chance_), .bounds = bounds, .power_failed = true});
        }
    }

    void look_at(Crash crash)
    {
        constexpr int kDeep = 83;
        constexpr int kGoneBackTo = 61;
        ++looks_;
        check(crash.power_failed ? crash.bounds.safe : crash.bounds.acknowledged).recover(*crash.disk);
        if (looks_ % kDeep == 0) {
            check(crash.bounds.safe).crash_in_recovery(*crash.disk, crash.power_failed, chance_);
            check(crash.bounds.safe).go_on(*crash.disk, seed_);
        }
        if (looks_ % kGoneBackTo == 0) {
            crash.bounds = {crash.bounds.safe, crash.bounds.acknowledged, history_.bounds().begun};
            crash_ = std::move(crash);
        }
    }

    // That at least `commits` are found.
    RecoveryCheck check(std::size_t commits)
    {
        return {options_,
                [this, commits](const Map& map) { return history_.had(map, commits, history_.bounds().begun); }};
    }

    const std::uint32_t seed_ = first_seed();
    Options options_;
    Workload work_;
    History history_;
    std::unique_ptr<MemoryFiles> disk_ = std::make_unique<MemoryFiles>();
    Reservation promised_;
    std::unique_ptr<Store> store_;
    std::atomic<int> interleaved_{0};  // commits that are to come in the middle of the compaction under way
    std::atomic<bool> over_{false};
    std::atomic<bool> stubborn_{false};

    std::mutex look_mutex_;
    // Guarded by look_mutex_.
    std::mt19937 chance_;
    int looks_ = 0;
    Crash crash_;
};

TEST_P(PowerLossTest, AtAnyCallLeavesAPrefixOfTheCommitsWithAllThatWasSafe)
{
    for (int session = 0; session < scaled(6) && !HasFailure(); ++session) {
        SCOPED_TRACE("seed " + std::to_string(seed_) + ", session " + std::to_string(session));
        work_a_session();
    }
    EXPECT_GT(looks_, 100);
}

INSTANTIATE_TEST_SUITE_P(Modes, PowerLossTest,
                         ::testing::Combine(::testing::Values(Syncs{SyncMode::always, kNotInATest},
                                                              Syncs{SyncMode::interval, kNotInATest},
                                                              Syncs{SyncMode::interval, std::chrono::milliseconds(1)},
                                                              Syncs{SyncMode::never, kNotInATest}),
                                            ::testing::Values(Values::small, Values::large)));

}  // namespace
}  // namespace bytestore::test
