#include "fs/fuse/keep_awake.h"

#include "tests/mount/idle_threads.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace bytestore::fuse {
namespace {

using std::chrono::microseconds;
using Otherwise = KeepAwake::Otherwise;

constexpr microseconds kBriefly{200};
constexpr std::int32_t kNothing = -2;  // was written
constexpr std::int32_t kNoLimit = -1;

class KeepAwakeTest : public testing::Test {
protected:
    KeepAwakeTest() { wait_until_no_thread_is_idle(); }

    void set_driver(const std::string& name) const { std::ofstream(paths_.driver) << name << '\n'; }
    void set_device() const { std::ofstream(paths_.device).flush(); }

    std::int32_t limit() const
    {
        std::int32_t number = kNothing;
        std::ifstream(paths_.device).read(reinterpret_cast<char*>(&number), sizeof number);
        return number;
    }

    void serve_until_limited()
    {
        wait_until([this] {
            awake_.served();
            return limit() != kNothing && limit() != kNoLimit;
        });
    }

    test::TempDirectory directory_;
    IdleLatency::Paths paths_{.device = directory_ / "device", .driver = directory_ / "driver"};
    KeepAwake awake_;
};

TEST_F(KeepAwakeTest, LimitsTheLatencyWhileRequestsAreServedAndLiftsThatSoonAfter)
{
    set_driver("haltpoll");
    set_device();
    awake_.start(kBriefly, Otherwise::spinners, paths_);
    EXPECT_EQ(limit(), kNothing);
    for (int burst = 0; burst < 20; ++burst) {
        serve_until_limited();
        wait_until([this] { return limit() == kNoLimit; });
    }
    EXPECT_TRUE(idle_threads().empty());
}

TEST_F(KeepAwakeTest, LeavesNoSleepAtAllToAVirtualProcessorAndTheLightestToOthers)
{
    for (const auto& [driver, expected] : {std::pair("haltpoll", 0), std::pair("intel_idle", 2)}) {
        set_driver(driver);
        set_device();
        KeepAwake awake;
        awake.start(kBriefly, Otherwise::nothing, paths_);
        wait_until([&] {
            awake.served();
            return limit() == expected;
        });
    }
}

TEST_F(KeepAwakeTest, LiftsTheLimitAtTheEnd)
{
    set_driver("haltpoll");
    set_device();
    awake_.start(microseconds(10'000), Otherwise::nothing, paths_);
    serve_until_limited();
    awake_.stop();
    EXPECT_EQ(limit(), kNoLimit);
}

TEST_F(KeepAwakeTest, WhereTheLatencyCannotBeLimitedThreadsSpinIfTheyAreWanted)
{
    for (const std::string driver : {"", "none", "haltpoll"}) {  // the last without a device
        set_driver(driver);
        for (const auto otherwise : {Otherwise::nothing, Otherwise::spinners}) {
            KeepAwake awake;
            awake.start(kBriefly, otherwise, paths_);
            wait_until([&] { return idle_threads().size() == (otherwise == Otherwise::nothing ? 0 : processors()); });
            awake.served();
        }
    }
}

TEST_F(KeepAwakeTest, DoesNothingForNoTimeAtAll)
{
    set_driver("haltpoll");
    set_device();
    awake_.start(microseconds(0), Otherwise::spinners, paths_);
    awake_.served();
    awake_.stop();
    EXPECT_EQ(limit(), kNothing);
}

TEST_F(KeepAwakeTest, ManyMayServeAtOnceAlsoBeforeTheStart)
{
    set_driver("haltpoll");
    set_device();
    std::vector<std::jthread> servers;
    for (int server = 0; server < 8; ++server) {
        servers.emplace_back([this] {
            for (int request = 0; request < 10'000; ++request) {
                awake_.served();
            }
        });
    }
    awake_.start(kBriefly, Otherwise::nothing, paths_);
    servers.clear();
    serve_until_limited();
    wait_until([this] { return limit() == kNoLimit; });
}

}  // namespace
}  // namespace bytestore::fuse
