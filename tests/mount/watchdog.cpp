#include "tests/mount/watchdog.h"

#include "tests/mount/mount.h"
#include "tests/support/scale.h"

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>

namespace bytestore::test {
namespace {

const std::chrono::minutes kLongestTest{scaled(3)};

void watch(const Mount& mount, const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, kLongestTest, [] { return false; });
    if (!stop.stop_requested()) {
        std::cerr << "The test takes too long; its mount is taken away.\n";
        force_unmount(mount.places().mount_point);
    }
}

}  // namespace

Watchdog::Watchdog(const Mount& mount)
    : thread_([&mount](const std::stop_token& stop) { watch(mount, stop); })
{
}

}  // namespace bytestore::test
