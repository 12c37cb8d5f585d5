#include "fs/fuse/idle_spinners.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace bytestore::fuse {
namespace {

using std::chrono::microseconds;

constexpr microseconds kShort{200};
constexpr microseconds kWithoutEnd = std::chrono::hours(1);

// The threads of this process that run in idle time only; one that has just ended is none.
std::vector<int> idle_threads()
{
    std::vector<int> threads;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        const int thread = std::stoi(task.path().filename());
        if (::sched_getscheduler(thread) == SCHED_IDLE) {
            threads.push_back(thread);
        }
    }
    return threads;
}

bool sleeps(int thread)
{
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string text;
    std::getline(file, text);
    return text.at(text.rfind(')') + 2) == 'S';
}

template <class Condition>
void wait_until(Condition condition)
{
    while (!condition()) {
        std::this_thread::yield();
    }
}

class IdleSpinnersTest : public testing::Test {
protected:
    void start(microseconds spin)
    {
        spinners_.start(spin);
        wait_until([this] { return idle_threads().size() == processors_; });
    }

    static bool all_sleep() { return std::ranges::all_of(idle_threads(), sleeps); }

    std::size_t processors_ = [] {
        cpu_set_t all{};
        ::sched_getaffinity(0, sizeof all, &all);
        return static_cast<std::size_t>(CPU_COUNT(&all));
    }();
    IdleSpinners spinners_;
};

TEST_F(IdleSpinnersTest, EachProcessorHasAThreadOfIdleTimeThatEndsAtTheEnd)
{
    start(kShort);
    wait_until(all_sleep);
    spinners_.stop();
    EXPECT_TRUE(idle_threads().empty());
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
