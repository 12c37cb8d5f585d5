#include "fs/core/name_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace bytestore::fs {
namespace {

// Would never return if the readers waited behind the writer, who waits for this thread.
TEST(NameLock, ReadersGoOnWhileAWriterWaitsForOneWhoSharesItForLong)
{
    NameLock lock;
    std::atomic<bool> written = false;
    std::jthread writer;
    {
        const NameLock::ForLong is_long(lock, true);
        const std::shared_lock names(lock);
        writer = std::jthread([&] {
            const std::lock_guard alone(lock);
            written = true;
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        for (int i = 0; i < 1000; ++i) {
            std::jthread([&] { const std::shared_lock reader(lock); });
        }
        EXPECT_FALSE(written);
    }
    writer.join();
    EXPECT_TRUE(written);
}

TEST(NameLock, IsHeldByOneWriterOrBySharersOfEitherSort)
{
    NameLock lock;
    int value = 0;
    std::atomic<int> writers = 0;
    std::vector<std::jthread> threads;
    for (int id = 0; id < 4; ++id) {
        threads.emplace_back([&, id] {
            for (int i = 0; i < 2000; ++i) {
                if (id == 0) {
                    const std::lock_guard alone(lock);
                    EXPECT_EQ(writers++, 0);
                    ++value;
                    --writers;
                } else {
                    const NameLock::ForLong is_long(lock, id == 1);
                    const std::shared_lock names(lock);
                    EXPECT_EQ(writers, 0);
                }
            }
        });
    }
    threads.clear();
    EXPECT_EQ(value, 2000);
    EXPECT_FALSE(lock.is_shared_for_long());
}

}  // namespace
}  // namespace bytestore::fs
