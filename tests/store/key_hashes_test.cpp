#include "engine/log/key_hashes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <vector>

namespace bytestore {
namespace {

// Hashes of every sort: even ones, as they should be, and such as were made to lie close together.
std::function<std::uint64_t()> source_of(int kind)
{
    return [kind, random = std::mt19937_64(static_cast<unsigned>(kind))]() mutable -> std::uint64_t {
        switch (kind) {
            case 0:
                return random();
            case 1:
                return random() % 30'000 + 1;
            case 2:
                return UINT64_MAX - random() % 30'000;
            default:
                return (random() % 10'000) << 50 | 1;
        }
    };
}

class KeyHashesTest : public ::testing::TestWithParam<int> {};

TEST_P(KeyHashesTest, HoldsWhatWasInserted)
{
    const auto next = source_of(GetParam());
    KeyHashes hashes;
    std::set<std::uint64_t> model;
    for (int i = 0; i < 60'000; ++i) {
        const auto hash = next();
        ASSERT_EQ(hashes.contains(hash), model.contains(hash)) << i;
        if (i % 3 != 0) {
            hashes.insert(hash);
            model.insert(hash);
        }
    }
    EXPECT_TRUE(std::ranges::equal(hashes.all(), model));
}

TEST_P(KeyHashesTest, GoesOnFromThoseThatItIsGiven)
{
    const auto next = source_of(GetParam());
    std::set<std::uint64_t> model;
    std::generate_n(std::inserter(model, model.end()), 10'000, next);
    KeyHashes hashes(std::vector(model.begin(), model.end()));
    for (const auto hash : model) {
        ASSERT_TRUE(hashes.contains(hash));
    }
    for (int i = 0; i < 10'000; ++i) {
        const auto hash = next();
        ASSERT_EQ(hashes.contains(hash), model.contains(hash));
        hashes.insert(hash);
        model.insert(hash);
    }
    EXPECT_TRUE(std::ranges::equal(hashes.all(), model));
}

INSTANTIATE_TEST_SUITE_P(OfEverySort, KeyHashesTest, ::testing::Range(0, 4));

}  // namespace
}  // namespace bytestore
