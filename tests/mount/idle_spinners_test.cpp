#include "fs/fuse/idle_spinners.h"

#include "tests/mount/idle_threads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace bytestore::fuse {
namespace {

using std::chrono::microseconds;

constexpr microseconds kShort{200};
constexpr microseconds kWithoutEnd = std::chrono::hours(1);

bool sleeps(int thread)
{
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string text;
    std::getline(file, text);
    return text.at(text.rfind(')') + 2) == 'S';
}

class IdleSpinnersTest : public testing::Test {
protected:
    IdleSpinnersTest() { wait_until_no_thread_is_idle(); }

    void start(microseconds spin)
    {
        spinners_.start(spin);
        wait_until([this] { return idle_threads().size() == processors(); });
    }

    static bool all_sleep() { return std::ranges::all_of(idle_threads(), sleeps); }

    IdleSpinners spinners_;
};

TEST_F(IdleSpinnersTest, EachProcessorHasAThreadOfIdleTimeThatEndsAtTheEnd)
{
    start(kShort);
    wait_until(all_sleep);
    spinners_.stop();
    wait_until_no_thread_is_idle();
}

TEST_F(IdleSpinnersTest, AProcessorStaysAwakeAfterARequestThatWasServedThere)
{
    start(kWithoutEnd);
    wait_until(all_sleep);
    spinners_.served();
    wait_until([] { return !all_sleep(); });
    spinners_.stop();
}

TEST_F(IdleSpinnersTest, AfterAWhileWithoutRequestsEverythingSleepsAgain)
{
    start(kShort);
    for (int request = 0; request < 1000; ++request) {
        spinners_.served();
    }
    wait_until(all_sleep);
}

TEST_F(IdleSpinnersTest, NothingSpinsForNoTimeAtAll)
{
    spinners_.start(microseconds(0));
    spinners_.served();
    EXPECT_TRUE(idle_threads().empty());
}

TEST_F(IdleSpinnersTest, RequestsMayComeBeforeTheStart)
{
    spinners_.served();
    start(kShort);
    spinners_.served();
    wait_until(all_sleep);
}

TEST_F(IdleSpinnersTest, ManyMayServeAtOnce)
{
    start(kShort);
    {
        std::vector<std::jthread> servers;
        for (int server = 0; server < 8; ++server) {
            servers.emplace_back([this] {
                for (int request = 0; request < 10000; ++request) {
                    spinners_.served();
                }
            });
        }
    }
    wait_until(all_sleep);
}

}  // namespace
}  // namespace bytestore::fuse
