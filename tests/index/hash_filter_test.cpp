#include "engine/index/hash_filter.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace bytestore {
namespace {

std::vector<IndexHash> some_hashes(std::size_t count)
{
    std::mt19937 random(5);
    std::vector<IndexHash> hashes(count);
    std::ranges::generate(hashes, random);
    return hashes;
}

TEST(HashFilter, HasWhatItWasMadeOfAndWhatWasAddedWhetherThereWasRoomOrNot)
{
    const auto hashes = some_hashes(400);
    HashFilter filter(std::vector(hashes.begin(), hashes.begin() + 100), 200);
    for (std::size_t i = 100; i < hashes.size(); ++i) {
        EXPECT_EQ(filter.add(hashes[i]), i < 200) << i;
    }
    EXPECT_TRUE(std::ranges::all_of(hashes, [&](IndexHash hash) { return filter.may_have(hash); }));
}

TEST(HashFilter, SeldomHasAnother)
{
    const auto hashes = some_hashes(11'000);
    const HashFilter filter(std::vector(hashes.begin(), hashes.begin() + 1000), 1000);
    const auto taken = std::ranges::count_if(hashes, [&](IndexHash hash) { return filter.may_have(hash); });
    EXPECT_LT(taken, 1000 + 10'000 / 6);
}

TEST(HashFilter, ThatKnowsNothingHasAllAndTakesNothing)
{
    HashFilter filter;
    EXPECT_FALSE(filter.add(1));
    EXPECT_TRUE(filter.may_have(2));
    EXPECT_EQ(filter.memory_bytes(), 0U);
}

}  // namespace
}  // namespace bytestore
