#include "fs/fuse/waiting_threads.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>

namespace bytestore::fuse {
namespace {

class WaitingThreadsTest : public testing::Test {
protected:
    static constexpr int kJobs = 50;

    void SetUp() override { threads_.emplace().start(); }

    std::optional<WaitingThreads> threads_;
    std::atomic<int> done_ = 0;
};

TEST_F(WaitingThreadsTest, JobsThatWaitForEachOtherRunAtOnce)
{
    for (int round = 0; round < 20; ++round) {
        const auto all = std::make_shared<std::latch>(kJobs + 1);
        for (int i = 0; i < kJobs; ++i) {
            threads_->run([all] { all->arrive_and_wait(); });
        }
        all->arrive_and_wait();
    }
}

TEST_F(WaitingThreadsTest, EveryJobHasRunAtTheEnd)
{
    for (int i = 0; i < kJobs; ++i) {
        threads_->run([&] {
            std::this_thread::yield();
            ++done_;
        });
    }
    threads_->finish();
    EXPECT_EQ(done_, kJobs);
}

TEST_F(WaitingThreadsTest, AJobThatComesAfterTheEndRunsAtOnceWhereItComesFrom)
{
    threads_->finish();
    std::optional<std::thread::id> ran;
    threads_->run([&] { ran = std::this_thread::get_id(); });
    EXPECT_EQ(ran, std::this_thread::get_id());
}

TEST_F(WaitingThreadsTest, ThreadsAreNotBoundToTheProcessorOfWhoBringsAJob)
{
    cpu_set_t all{};
    ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
    std::latch ran(kJobs);
    std::thread([&] {
        cpu_set_t one{};
        CPU_SET(::sched_getcpu(), &one);
        EXPECT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
        for (int i = 0; i < kJobs; ++i) {
            threads_->run([&] {
                cpu_set_t own{};
                done_ += ::sched_getaffinity(0, sizeof own, &own) == 0 && CPU_EQUAL(&own, &all) ? 1 : 0;
                ran.arrive_and_wait();
            });
        }
    }).join();
    threads_->finish();
    EXPECT_EQ(done_, kJobs);
}

}  // namespace
}  // namespace bytestore::fuse
