#include "fs/fuse/shutdown_signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>

namespace bytestore::fuse {
namespace {

constexpr int kAll[] = {SIGTERM, SIGINT, SIGHUP};

TEST(ShutdownSignalsTest, each_signal_ends_what_is_served)
{
    for (const int signal : kAll) {
        ShutdownSignals signals;
        std::atomic<bool> ended = false;
        const ShutdownSignals::Serving serving(signals, [&] { ended = true; });
        ::kill(::getpid(), signal);
        while (!ended) {
            ::usleep(1000);
        }
    }
}

TEST(ShutdownSignalsTest, what_is_served_lasts_until_the_end_was_told)
{
    ShutdownSignals signals;
    std::atomic<bool> begun = false;
    std::atomic<bool> told = false;
    {
        const ShutdownSignals::Serving serving(signals, [&] {
            begun = true;
            ::usleep(20'000);
            told = true;
        });
        ::kill(::getpid(), SIGTERM);
        while (!begun) {
            ::usleep(1000);
        }
    }
    EXPECT_TRUE(told);
}

TEST(ShutdownSignalsTest, only_the_first_signal_counts)
{
    ShutdownSignals signals;
    std::atomic<int> ends = 0;
    const ShutdownSignals::Serving serving(signals, [&] { ++ends; });
    for (const int signal : kAll) {
        ::kill(::getpid(), signal);
        ::usleep(20'000);
    }
    EXPECT_EQ(ends, 1);
}

TEST(ShutdownSignalsTest, afterwards_signals_are_ignored)
{
    ShutdownSignals signals;
    std::atomic<int> ends = 0;
    {
        const ShutdownSignals::Serving serving(signals, [&] { ++ends; });
    }
    for (const int signal : kAll) {
        ::kill(::getpid(), signal);
    }
    ::usleep(50'000);
    EXPECT_EQ(ends, 0);
}

TEST(ShutdownSignalsDeathTest, before_the_session_each_signal_ends_the_process)
{
    for (const int signal : kAll) {
        EXPECT_EXIT(
            {
                const ShutdownSignals signals;
                ::kill(::getpid(), signal);
                ::sleep(60);
            },
            testing::ExitedWithCode(EXIT_FAILURE), "");
    }
}

TEST(ShutdownSignalsDeathTest, what_was_ignored_stays_ignored)
{
    EXPECT_EXIT(
        {
            std::signal(SIGHUP, SIG_IGN);
            const ShutdownSignals signals;
            ::kill(::getpid(), SIGHUP);
            ::usleep(50'000);
            std::_Exit(7);
        },
        testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace bytestore::fuse
