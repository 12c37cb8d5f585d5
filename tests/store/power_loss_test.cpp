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

namespace bytestore::test {
namespace {

class PowerLossTest : public ::testing::TestWithParam<std::tuple<SyncMode, int>> {
protected:
    PowerLossTest()
        : seed_(first_seed() + static_cast<std::uint32_t>(std::get<1>(GetParam()))),
          work_(seed_, {.keys = 7, .largest_batch = 3, .largest_value = 30, .binary = false}),
          chance_(seed_)
    {
        options_.sync = std::get<SyncMode>(GetParam());
        options_.sync_interval = std::chrono::hours(1);  // when it is due is no matter of chance
        options_.compaction_threshold = 0;
        options_.snapshot_bytes = 1;
    }

    // Opens the store in another shape each time, works, and ends in one of three ways.
    void work_a_session()
    {
        options_.segment_size = static_cast<std::uint64_t>(300 << work_.below(3));
        options_.snapshot = work_.below(4) > 0;
        options_.index_on_demand = work_.below(2) == 0;
        stubborn_ = work_.below(4) == 0;
        FaultyFiles files({.before = [this](const FileCall& call) { return fault_of(call); },
                           .after = [this](const FileCall& call) { after(call); }},
                          *disk_);
        auto opened = Store::open("disk", options_, files);
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
        for (int i = 0; i < 25 && !HasFailure(); ++i) {
            step();
        }
        end_session();
    }

    void step()
    {
        const int choice = work_.below(20);
        if (choice < 15) {
            apply();
        } else if (choice < 17) {
            const auto before = history_.bounds().acknowledged;
            ASSERT_TRUE(store_->sync());
            history_.made_safe(before);
        } else if (choice < 18) {
            ASSERT_TRUE(store_->reserve(promised_, static_cast<std::uint64_t>(work_.below(2000))));
        } else {
            interleaved_ = work_.below(4);
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

    void end_session()
    {
        promised_.release();
        const int choice = work_.below(4);
        if (choice < 2) {
            ASSERT_TRUE(store_->close());
            if (options_.sync != SyncMode::never) {
                history_.made_safe(history_.bounds().acknowledged);
            }
        }
        auto left = choice < 3 ? disk_->after_kill() : lose_power(*disk_, Loss::latest, chance_);
        over_ = true;
        store_.reset();
        over_ = false;
        disk_ = std::move(left);
        if (choice == 3 && !HasFailure()) {
            history_.restart(check(0).recover(*disk_));
        }
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
        const auto killed = disk_->after_kill();
        check(bounds.acknowledged).recover(*killed);
        for (const auto loss : {Loss::everything, Loss::latest, Loss::any}) {
            const auto left = lose_power(*disk_, loss, chance_);
            check(bounds.safe).recover(*left);
            if (++looks_ % 40 == 0) {
                check(bounds.safe).crash_in_recovery(*left, true, chance_);
                check(bounds.safe).go_on(*left, seed_);
            }
        }
        if (looks_ % 50 == 0) {
            check(bounds.safe).crash_in_recovery(*killed, false, chance_);
            check(bounds.safe).go_on(*killed, seed_);
        }
    }

    // That at least `commits` are found.
    RecoveryCheck check(std::size_t commits)
    {
        return {options_,
                [this, commits](const Map& map) { return history_.had(map, commits, history_.bounds().begun); }};
    }

    const std::uint32_t seed_;
    Options options_;
    Workload work_;
    History history_;
    std::unique_ptr<MemoryFiles> disk_ = std::make_unique<MemoryFiles>();
    Reservation promised_;
    std::unique_ptr<Store> store_;
    std::atomic<int> interleaved_{0};  // commits that are to come in the middle of the compaction under way
    std::atomic<bool> over_{false};
    bool stubborn_ = false;

    std::mutex look_mutex_;
    // Guarded by look_mutex_.
    std::mt19937 chance_;
    int looks_ = 0;
};

TEST_P(PowerLossTest, AtAnyCallLeavesAPrefixOfTheCommitsWithAllThatWasSafe)
{
    for (int session = 0; session < scaled(8) && !HasFailure(); ++session) {
        SCOPED_TRACE("seed " + std::to_string(seed_) + ", session " + std::to_string(session));
        work_a_session();
    }
    EXPECT_GT(looks_, 100);
}

INSTANTIATE_TEST_SUITE_P(Modes, PowerLossTest,
                         ::testing::Combine(::testing::Values(SyncMode::always, SyncMode::interval, SyncMode::never),
                                            ::testing::Range(0, 4)));

}  // namespace
}  // namespace bytestore::test
