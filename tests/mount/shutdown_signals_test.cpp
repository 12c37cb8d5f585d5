#include "fs/fuse/shutdown_signals.h"

#include "fs/fuse/session.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>

namespace bytestore::fuse {
namespace {

constexpr int kAll[] = {SIGTERM, SIGINT, SIGHUP};

// Never mounted: only its flag is looked at.
std::unique_ptr<Session> idle_session()
{
    auto session = Session::create({"subtype=test"}, fuse_lowlevel_ops{}, nullptr, [] {});
    EXPECT_TRUE(session);
    return std::move(*session);
}

// Sends a signal to the process and waits like the loop of a session, until it is interrupted.
void wait_for_exit(fuse_session* session, int signal)
{
    ::kill(::getpid(), signal);
    while (fuse_session_exited(session) == 0) {
        ::usleep(1000);
    }
}

TEST(ShutdownSignalsTest, each_signal_ends_the_session_that_is_served)
{
    for (const int signal : kAll) {
        ShutdownSignals signals;
        const auto session = idle_session();
        const ShutdownSignals::Serving serving(signals, session->get(), [] {});
        wait_for_exit(session->get(), signal);
        EXPECT_EQ(::pause(), -1);  // the loop that misses the first prod gets another
    }
}

TEST(ShutdownSignalsTest, what_must_come_before_the_exit_runs_while_the_session_goes_on)
{
    ShutdownSignals signals;
    const auto session = idle_session();
    std::atomic<int> exited_before = -1;
    {
        const ShutdownSignals::Serving serving(signals, session->get(),
                                               [&] { exited_before = fuse_session_exited(session->get()); });
        wait_for_exit(session->get(), SIGTERM);
    }
    EXPECT_EQ(exited_before, 0);
}

TEST(ShutdownSignalsTest, after_the_session_signals_are_ignored)
{
    ShutdownSignals signals;
    const auto session = idle_session();
    {
        const ShutdownSignals::Serving serving(signals, session->get(), [] {});
    }
    for (const int signal : kAll) {
        ::kill(::getpid(), signal);
    }
    ::usleep(50'000);
    EXPECT_EQ(fuse_session_exited(session->get()), 0);
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
