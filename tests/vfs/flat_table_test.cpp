#include "fs/core/flat_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace bytestore::fs {
namespace {

using Item = std::shared_ptr<int>;

// Against a map, with so few hashes that rows are long and go around the end, and items of one hash stand together.
class FlatTableTest : public ::testing::TestWithParam<std::uint64_t> {
protected:
    std::uint64_t hash_of(int key) const
    {
        return (static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15 >> 7) % GetParam();
    }
    void insert(int key)
    {
        model_[key] = std::make_shared<int>(key);
        table_.insert(hash_of(key), model_[key]);
    }
    void erase(int key)
    {
        table_.erase(hash_of(key), [&](const Item& item) { return *item == key; });
        EXPECT_EQ(model_[key].use_count(), 1) << "the table holds it no more";
        model_.erase(key);
    }
    void expect_same() const
    {
        ASSERT_EQ(table_.size(), model_.size());
        for (int key = 0; key < kKeys; ++key) {
            const auto* found = table_.find(hash_of(key), [&](const Item& item) { return *item == key; });
            ASSERT_EQ(found != nullptr, model_.contains(key)) << key;
        }
        std::vector<int> all;
        table_.for_each([&](const Item& item) { all.push_back(*item); });
        std::ranges::sort(all);
        EXPECT_TRUE(std::ranges::equal(all, model_, {}, {}, &std::pair<const int, Item>::first));
    }

    static constexpr int kKeys = 300;
    FlatTable<Item> table_;
    std::map<int, Item> model_;
};

TEST_P(FlatTableTest, HoldsWhatAMapWould)
{
    std::mt19937 random(static_cast<unsigned>(GetParam()));
    for (int step = 0; step < 20'000; ++step) {
        const int key = static_cast<int>(random() % kKeys);
        // It fills and empties by turns.
        const bool fills = random() % 10 < (step / 1000 % 2 == 0 ? 7U : 3U);
        if (fills && !model_.contains(key)) {
            insert(key);
        } else if (!fills && model_.contains(key)) {
            erase(key);
        }
        if (step % 100 == 0) {
            ASSERT_NO_FATAL_FAILURE(expect_same());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(OfSoManyHashes, FlatTableTest, ::testing::Values(1, 3, 64, 1000, UINT64_MAX));

}  // namespace
}  // namespace bytestore::fs
