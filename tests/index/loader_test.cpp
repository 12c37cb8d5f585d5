#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace bytestore {
namespace {

// Feeds the same records to a loader and, one by one, to a model.
class Loading : public testing::TestWithParam<std::size_t> {
protected:
    using Dead = std::vector<std::pair<std::string, Entry>>;

    void set(const std::string& key)
    {
        const Entry entry = entry_number(++number_);
        loader_.set(key, entry);
        note_dead(key, model_put(model_, key, entry));
    }

    void remove(const std::string& key)
    {
        loader_.remove(key);
        note_dead(key, model_erase(model_, key));
    }

    void set_or_remove(bool is_set, const std::string& key) { is_set ? set(key) : remove(key); }

    void note_dead(const std::string& key, const std::optional<Entry>& dead)
    {
        if (dead) {
            expected_dead_.emplace_back(key, *dead);
        }
    }

    Index expect_loads()
    {
        Index index = loader_.finish();
        expect_same(index, model_);
        EXPECT_EQ(in_order(dead_), in_order(expected_dead_));
        return index;
    }

    static Dead in_order(Dead dead)
    {
        std::ranges::sort(dead, {}, [](const auto& item) { return std::tie(item.first, item.second.offset); });
        return dead;
    }

    Model model_;
    Dead dead_;
    Dead expected_dead_;
    Index::Loader loader_{[this](std::string_view key, const Entry& dead) { dead_.emplace_back(key, dead); },
                          GetParam()};
    std::uint64_t number_ = 0;
};

TEST_P(Loading, NothingGivesAnEmptyIndex)
{
    expect_loads();
}

TEST_P(Loading, EqualsSettingAndRemovingOneByOne)
{
    std::mt19937 random(11);
    for (int i = 0; i < 10'000; ++i) {
        set_or_remove(random() % 3 != 0, random_key(random, 4));
    }
    EXPECT_FALSE(expected_dead_.empty());
    expect_loads();
}

TEST_P(Loading, SortedRecordsNeedNoSort)
{
    for (const std::string& key : all_keys(3)) {
        set("k" + key);
    }
    std::string key = "l";
    for (int i = 0; i < 1000; ++i) {
        set_or_remove(i % 5 != 0, key += i % 3 == 0 ? "a" : "");
    }
    expect_loads();
}

TEST_P(Loading, OneKeyWrittenAndRemovedOverAndOver)
{
    for (int i = 0; i < 1000; ++i) {
        set_or_remove(i % 7 != 0, "");
        set_or_remove(i % 5 != 0, std::string(2000, 'k'));
    }
    expect_loads();
}

TEST_P(Loading, WhatIsAllRemovedLeavesNothing)
{
    for (const bool is_set : {false, true, false}) {
        for (const std::string& key : all_keys(3)) {
            set_or_remove(is_set, key);
        }
    }
    EXPECT_EQ(expect_loads().size(), 0U);
    EXPECT_EQ(dead_.size(), all_keys(3).size());
}

TEST_P(Loading, TheIndexGoesOnFromThere)
{
    std::mt19937 random(12);
    for (int i = 0; i < 500; ++i) {
        set(random_key(random, 3));
    }
    Index index = expect_loads();
    for (int i = 0; i < 2000; ++i) {
        const std::string key = random_key(random, 3);
        EXPECT_EQ(index.put(key, entry_number(1)), model_put(model_, key, entry_number(1)));
        const std::string other = random_key(random, 3);
        EXPECT_EQ(index.erase(other), model_erase(model_, other));
    }
    expect_same(index, model_);
}

// From folding after each record to never before the end.
INSTANTIATE_TEST_SUITE_P(FoldBounds, Loading, testing::Values(0, 500, 20'000, Index::Loader::kLeastFold));

TEST(LoadingMuch, DeadRecordsAreLetGoBeforeTheEnd)
{
    std::size_t dead = 0;
    Index::Loader loader([&](std::string_view, const Entry&) { ++dead; }, 10'000);
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        loader.set("key", entry_number(i));
    }
    EXPECT_GT(dead, 9'000U);
    EXPECT_EQ(loader.finish().size(), 1U);
    EXPECT_EQ(dead, 9'999U);
}

}  // namespace
}  // namespace bytestore
