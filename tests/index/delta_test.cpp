#include "engine/index/delta.h"

#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <string>

namespace bytestore {
namespace {

void expect_same(const IndexDelta& delta, const Model& model)
{
    ASSERT_EQ(delta.size(), model.size());
    std::size_t position = 0;
    for (const auto& [key, entry] : model) {
        EXPECT_EQ(delta.key(position), key);
        EXPECT_EQ(delta.entry(position), entry);
        EXPECT_EQ(delta.find(key, index_hash(key)), position);
        ++position;
    }
}

void put(IndexDelta& delta, Model& model, const std::string& key, const Entry& entry)
{
    if (const auto position = delta.find(key, index_hash(key))) {
        delta.replace(*position, entry);
    } else {
        delta.insert(key, index_hash(key), entry);
    }
    model.insert_or_assign(key, entry);
}

TEST(IndexDelta, HoldsWhatAMapHolds)
{
    std::mt19937 random(3);
    IndexDelta delta;
    Model model;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        const std::string key = random_key(random, 4);
        const auto position = delta.find(key, index_hash(key));
        ASSERT_EQ(position.has_value(), model.contains(key));
        ASSERT_EQ(delta.lower_bound(key), std::distance(model.begin(), model.lower_bound(key)));
        if (position && i % 3 == 0) {
            delta.erase(*position);
            model.erase(key);
        } else {
            put(delta, model, key, entry_number(i));
        }
    }
    expect_same(delta, model);
    const IndexDelta copy = delta;
    while (delta.size() > 0) {
        delta.erase(delta.size() / 2);
    }
    EXPECT_FALSE(delta.find("a", index_hash("a")));
    expect_same(copy, model);
}

TEST(IndexDelta, RecordsThatAreReplacedAgainAndAgainTakeNoMoreRoom)
{
    IndexDelta delta;
    Model model;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        put(delta, model, "key " + std::to_string(i % 10), entry_number(i));
    }
    expect_same(delta, model);
    EXPECT_LT(delta.memory_bytes(), 8192U);
}

TEST(IndexDelta, KeysOfOneHashStayApart)
{
    IndexDelta delta;
    delta.insert("b", 7, entry_number(1));
    delta.insert("a", 7, entry_number(2));
    EXPECT_EQ(delta.find("a", 7), 0U);
    EXPECT_EQ(delta.find("b", 7), 1U);
    EXPECT_FALSE(delta.find("c", 7));
    EXPECT_FALSE(delta.find("a", 8));
}

}  // namespace
}  // namespace bytestore
