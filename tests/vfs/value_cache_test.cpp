#include "fs/core/value_cache.h"

#include "tests/support/store_test.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <random>
#include <thread>
#include <vector>

namespace bytestore::test {
namespace {

using namespace std::chrono_literals;
using fs::ValueCache;

constexpr std::size_t kValues = 8;
constexpr std::size_t kSize = std::size_t{300} << 10;
constexpr std::size_t kHuge = 4 * kSize;

// The budget is three of the values that are not huge.
class ValueCacheTest : public StoreTest {
protected:
    ValueCacheTest()
    {
        for (std::size_t i = 0; i < kValues; ++i) {
            set(*store_, std::to_string(i), text(i));
        }
    }
    static std::string text(std::size_t i) { return std::string(i == 0 ? kHuge : kSize, static_cast<char>('a' + i)); }
    ValueCache::Value read(std::size_t i)
    {
        auto value = cache_.read(*store_->find(std::to_string(i)));
        EXPECT_TRUE(value && **value == text(i)) << i;
        return value ? *value : nullptr;
    }
    std::future<ValueCache::Value> begin_reading(std::size_t i)
    {
        return std::async(std::launch::async, [this, i] { return read(i); });
    }

    const std::unique_ptr<Store> store_ = open();
    ValueCache cache_{3 * kSize};
};

TEST_F(ValueCacheTest, AValueThatIsReadOftenIsDecodedOnce)
{
    for (const std::size_t i : {0, 1}) {
        const auto first = read(i);
        EXPECT_EQ(read(i), first);
    }
}

TEST_F(ValueCacheTest, WhatGoesBeyondTheBudgetWaitsUntilSomethingIsNotUsedAnyMore)
{
    for (const std::size_t next : {4, 0}) {
        std::vector<ValueCache::Value> held{read(1), read(2), read(3)};
        auto reading = begin_reading(next);
        EXPECT_EQ(reading.wait_for(20ms), std::future_status::timeout);
        held.clear();
        reading.get();
    }
}

TEST_F(ValueCacheTest, WhatIsOnlyKeptMakesWay)
{
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < kValues; ++i) {
            read(i);
        }
    }
}

TEST_F(ValueCacheTest, NothingIsKeptWhenNobodyReads)
{
    const std::weak_ptr<const std::string> value = read(1);
    while (!value.expired()) {
        std::this_thread::sleep_for(10ms);
    }
}

TEST_F(ValueCacheTest, ManyReadersGetWhatTheyAskFor)
{
    std::vector<std::jthread> readers;
    for (unsigned reader = 0; reader < 8; ++reader) {
        readers.emplace_back([this, reader] {
            std::mt19937 random(reader);
            for (int i = 0; i < 100; ++i) {
                read(random() % kValues);
            }
        });
    }
}

TEST_F(ValueCacheTest, AValueThatCannotBeReadKeepsNobodyWaiting)
{
    const auto value = *store_->find("1");
    write_file(segment(0), std::string(1, '{'));
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(cache_.read(value));
    }
    EXPECT_FALSE(cache_.read(*store_->find("0")));
}

}  // namespace
}  // namespace bytestore::test
