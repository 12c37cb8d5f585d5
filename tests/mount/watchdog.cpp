#include "tests/mount/watchdog.h"

#include "tests/mount/mount_point.h"
#include "tests/support/scale.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <utility>

namespace bytestore::test {
namespace {

const std::chrono::minutes kLongestTest{std::max(3, scaled(3))};

void watch(const std::string& mount_point, const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, kLongestTest, [] { return false; });
    if (!stop.stop_requested()) {
        std::cerr << "The test takes too long; its mount is taken away.\n";
        force_unmount(mount_point);
    }
}

}  // namespace

Watchdog::Watchdog(std::string mount_point)
    : thread_([place = std::move(mount_point)](const std::stop_token& stop) { watch(place, stop); })
{
}

}  // namespace bytestore::test
