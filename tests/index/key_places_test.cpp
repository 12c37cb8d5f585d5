#include "engine/index/key_places.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <functional>
#include <random>
#include <vector>

namespace bytestore {
namespace {

std::vector<std::size_t> asked(const KeyPlaces& places, IndexHash hash)
{
    std::vector<std::size_t> blocks;
    places.search(hash, [&](std::size_t block) {
        blocks.push_back(block);
        return false;
    });
    return blocks;
}

TEST(KeyPlaces, NameTheBlockOfEveryKeyHoweverTheirHashesCollide)
{
    std::mt19937 random(1);
    for (const IndexHash mask : {0U, 1U, 0xff000000U, 0xffffffffU}) {
        std::vector<IndexHash> hashes(KeyPlaces::kMostBlocks * 16);
        std::ranges::generate(hashes, [&] { return static_cast<IndexHash>(random()) & mask; });
        const KeyPlaces places(hashes, 16);
        for (std::size_t rank = 0; rank < hashes.size(); ++rank) {
            const auto blocks = asked(places, hashes[rank]);
            EXPECT_NE(std::ranges::find(blocks, rank / 16), blocks.end());
        }
    }
}

TEST(KeyPlaces, SeldomNameABlockForAKeyThatIsNotThere)
{
    std::mt19937 random(2);
    std::vector<IndexHash> hashes(1000);
    std::ranges::generate(hashes, std::ref(random));
    const KeyPlaces places(hashes, 16);
    std::size_t wrong = 0;
    for (int i = 0; i < 1000; ++i) {
        wrong += asked(places, static_cast<IndexHash>(random())).size();
    }
    EXPECT_LT(wrong, 100U);
}

TEST(KeyPlaces, StopOnceTheKeyWasFound)
{
    const std::vector<IndexHash> hashes(64, 5);
    int looks = 0;
    KeyPlaces(hashes, 16).search(5, [&](std::size_t) { return ++looks == 3; });
    EXPECT_EQ(looks, 3);
}

TEST(KeyPlaces, OfNoKeysNameNothing)
{
    EXPECT_FALSE(KeyPlaces().known());
    EXPECT_TRUE(asked(KeyPlaces({}, 16), 7).empty());
}

}  // namespace
}  // namespace bytestore
