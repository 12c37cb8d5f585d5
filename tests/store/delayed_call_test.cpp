#include "engine/delayed_call.h"

#include "tests/support/no_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>

namespace bytestore {
namespace {

class DelayedCallTest : public ::testing::Test {
protected:
    void call()
    {
        if (++calls_ <= failures_) {
            calls_.notify_all();
            throw std::bad_alloc();
        }
        calls_.notify_all();
    }
    void wait_for(int calls) const
    {
        for (int now = calls_; now < calls; now = calls_) {
            calls_.wait(now);
        }
    }

    int failures_ = 0;  // of the first calls
    std::atomic<int> calls_ = 0;
    DelayedCall delayed_{std::chrono::milliseconds(1), [this] { call(); }};
};

TEST_F(DelayedCallTest, IsMadeOnceForManyNoticesAndAgainForLaterOnes)
{
    for (int round = 1; round <= 20; ++round) {
        delayed_.notice();
        delayed_.notice();
        wait_for(round);
    }
    EXPECT_LE(calls_, 40);
}

TEST_F(DelayedCallTest, IsMadeAgainWhenItThrew)
{
    failures_ = 1;
    delayed_.notice();
    wait_for(2);
}

TEST_F(DelayedCallTest, ANoticeThatCouldStartNoThreadIsNotInTheWayOfTheNext)
{
    {
        const test::NoThreads none;
        delayed_.notice();
        delayed_.notice();
    }
    EXPECT_EQ(calls_, 0);
    delayed_.notice();
    wait_for(1);
}

}  // namespace
}  // namespace bytestore
