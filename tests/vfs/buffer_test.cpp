// The memory of open files: what a buffer holds, and what becomes of it for the next one.
#include "fs/core/buffer.h"

#include "tests/support/no_threads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <thread>

namespace bytestore::fs {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

MappedMemory full_of(char byte, std::size_t size)
{
    MappedMemory memory;
    EXPECT_TRUE(memory.resize(size));
    std::fill_n(memory.data(), size, byte);
    return memory;
}

TEST(SpareMemory, WhatWasGivenIsTakenAgainWithItsPages)
{
    SpareMemory spare(8 * kMiB);
    spare.give(full_of('x', 4 * kMiB));
    auto memory = spare.take(3 * kMiB);
    ASSERT_EQ(memory.size(), 4 * kMiB);
    EXPECT_EQ(std::count(memory.data(), memory.data() + memory.size(), 'x'), 4 * kMiB);
    EXPECT_EQ(spare.take(1).size(), 0U);
}

TEST(SpareMemory, OfThoseThatFitTheSmallestIsTaken)
{
    SpareMemory spare(64 * kMiB);
    for (const std::size_t size : {8, 4, 2, 16}) {
        spare.give(full_of('x', size * kMiB));
    }
    EXPECT_EQ(spare.take(3 * kMiB).size(), 4 * kMiB);
    EXPECT_EQ(spare.take(3 * kMiB).size(), 8 * kMiB);
    EXPECT_EQ(spare.take(3 * kMiB).size(), 0U) << "sixteen are too many for three, two too few";
}

TEST(SpareMemory, IsNeverMoreThanIsAllowed)
{
    SpareMemory spare(8 * kMiB);
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
        spare.give(full_of('x', (1 + random() % 12) * kMiB));
        EXPECT_LE(spare.size(), 8 * kMiB);
        EXPECT_GT(spare.size(), 0U);
    }
    SpareMemory none(0);
    none.give(full_of('x', kMiB));
    EXPECT_EQ(none.size(), 0U);
}

TEST(SpareMemory, GoesWhenNobodyTakesIt)
{
    SpareMemory spare(8 * kMiB, std::chrono::milliseconds(1));
    for (int i = 0; i < 3; ++i) {
        spare.give(full_of('x', kMiB));
        while (spare.size() > 0) {
            std::this_thread::yield();
        }
    }
}

TEST(SpareMemory, IsGivenEvenWhereNoThreadCanBeStarted)
{
    SpareMemory spare(8 * kMiB, std::chrono::milliseconds(1));
    {
        const test::NoThreads none;
        spare.give(full_of('x', kMiB));
    }
    spare.give(full_of('x', kMiB));
    while (spare.size() > 0) {
        std::this_thread::yield();
    }
}

TEST(SpareMemory, IsTakenByManyThreadsAtOnce)
{
    SpareMemory spare(16 * kMiB, std::chrono::milliseconds(1));
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&spare, byte = static_cast<char>('a' + thread)] {
            for (int i = 0; i < 100; ++i) {
                auto memory = spare.take(kMiB);
                ASSERT_TRUE(memory.size() > 0 || memory.resize(kMiB));
                std::fill_n(memory.data(), kMiB, byte);
                EXPECT_EQ(std::count(memory.data(), memory.data() + kMiB, byte), kMiB) << "nobody else writes there";
                spare.give(std::move(memory));
            }
        });
    }
}

// Whatever the memory held before, a buffer holds what was written to it, and zeros.
TEST(Buffer, HoldsWhatAStringWould)
{
    MemoryLimit limit(64 * kMiB);
    SpareMemory spare(8 * kMiB);
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        spare.give(full_of('?', (1 + random() % 8) * kMiB));
        Buffer buffer(limit, spare);
        std::string expected;
        for (int step = 0; step < 20; ++step) {
            const auto size = random() % (3 * kMiB);
            if (random() % 4 == 0) {
                ASSERT_TRUE(buffer.claim(size) && buffer.resize(size));
                expected.resize(size);
                continue;
            }
            const std::string bytes(random() % kMiB, static_cast<char>('a' + step));
            ASSERT_TRUE(buffer.claim(size + bytes.size()) && buffer.write(size, bytes));
            expected.resize(std::max(expected.size(), size + bytes.size()));
            expected.replace(size, bytes.size(), bytes);
        }
        ASSERT_TRUE(buffer.bytes() == expected) << "round " << round;
    }
}

}  // namespace
}  // namespace bytestore::fs
