#include "engine/index/index.h"

#include "engine/index/index_cursor.h"

#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace bytestore {
namespace {

struct Operation {
    bool put = true;
    std::string key;
};

std::ostream& operator<<(std::ostream& out, const Operation& operation)
{
    return out << (operation.put ? "put " : "erase ") << testing::PrintToString(operation.key);
}

rc::Gen<std::vector<Operation>> operations()
{
    const auto byte = rc::gen::elementOf(std::string(kAlphabet));
    const auto key = rc::gen::resize(3, rc::gen::container<std::string>(byte));
    const auto put = rc::gen::weightedElement<bool>({{3, true}, {2, false}});
    return rc::gen::container<std::vector<Operation>>(rc::gen::construct<Operation>(put, key));
}

// An index and what it should be.
class Twins {
public:
    explicit Twins(std::size_t least_merge)
        : index_(least_merge)
    {
    }

    // Whether both answered the same.
    bool apply(const Operation& operation)
    {
        const Entry entry = entry_number(++number_);
        const bool same = operation.put ? index_.put(operation.key, entry) == model_put(model_, operation.key, entry)
                                        : index_.erase(operation.key) == model_erase(model_, operation.key);
        return same && index_.size() == model_.size();
    }

    bool same_find(const std::string& key) const { return index_.find(key) == model_find(model_, key); }
    bool same_listing(const ListRequest& request) const { return index_.list(request) == model_list(model_, request); }

    const Index& index() const { return index_; }
    const Model& model() const { return model_; }

private:
    Index index_;
    Model model_;
    std::uint64_t number_ = 0;
};

RC_GTEST_PROP(IndexProperty, AnswersAsAMapWhereverTheMergesFall, ())
{
    Twins twins(*rc::gen::inRange<std::size_t>(1, 12));
    for (const Operation& operation : *operations()) {
        RC_ASSERT(twins.apply(operation));
        RC_ASSERT(twins.same_find(operation.key));
        RC_ASSERT(twins.same_find(operation.key.substr(0, 1)));
        RC_ASSERT(twins.index().any(operation.key) == model_any(twins.model(), operation.key));
        RC_ASSERT(twins.same_listing({operation.key.substr(0, 1), ':', {}, SIZE_MAX}));
        RC_ASSERT(twins.same_listing({}));
    }
}

Model all_of(const IndexParts& parts)
{
    Model model;
    IndexCursor cursor(parts);
    for (cursor.seek({}); cursor.valid(); cursor.next()) {
        model.emplace(cursor.key(), cursor.entry());
    }
    return model;
}

class IndexUnderLoad : public testing::TestWithParam<std::size_t> {};

TEST_P(IndexUnderLoad, AnswersAsAMapThroughGrowthAndDecay)
{
    std::mt19937 random(7);
    Twins twins(GetParam());
    for (int round = 0; round < 8; ++round) {
        const unsigned puts = round % 2 == 0 ? 9 : 2;
        for (int i = 0; i < 2000; ++i) {
            ASSERT_TRUE(twins.apply({random() % 10 < puts, random_key(random, 5)}));
        }
        expect_same(twins.index(), twins.model());
    }
}

// An index remembers what it found last, and where.
TEST_P(IndexUnderLoad, FindsWhatIsThereBetweenChangesOfAFewKeys)
{
    std::mt19937 random(8);
    Twins twins(GetParam());
    const auto some_key = [&random] { return random_key(random, 2); };
    for (int i = 0; i < 20000; ++i) {
        ASSERT_TRUE(twins.same_find(some_key()));
        ASSERT_TRUE(twins.apply({random() % 5 < 3, i % 50 == 0 ? random_key(random, 5) : some_key()}));
        ASSERT_TRUE(twins.same_find(some_key()));
    }
    expect_same(twins.index(), twins.model());
}

TEST_P(IndexUnderLoad, EmptiesInOrderAndFillsAgain)
{
    Twins twins(GetParam());
    for (const bool put : {true, false, true}) {
        for (const std::string& key : all_keys(4)) {
            ASSERT_TRUE(twins.apply({put, key}));
        }
        expect_same(twins.index(), twins.model());
    }
}

INSTANTIATE_TEST_SUITE_P(MergeBounds, IndexUnderLoad, testing::Values(0, 1, 10, 100, Index::kLeastMerge));

TEST_P(IndexUnderLoad, WhatIsFrozenShowsForEverWhatItShowed)
{
    std::mt19937 random(3);
    Twins twins(GetParam());
    for (int round = 0; round < 8; ++round) {
        const auto frozen = twins.index().freeze();
        const auto model = twins.model();
        for (int i = 0; i < 1000; ++i) {
            ASSERT_TRUE(twins.apply({random() % 3 != 0, random_key(random, 4)}));
        }
        EXPECT_EQ(all_of(frozen), model);
        expect_same(twins.index(), twins.model());
    }
}

TEST(Index, KeysThatAreSetAgainCostLittleMore)
{
    Index index;
    const auto put_all = [&index](std::uint64_t size) {
        for (std::uint64_t i = 0; i < 10'000; ++i) {
            index.put("a path of which most is common " + std::to_string(i), entry_number(size));
        }
        return index.memory_bytes();
    };
    const auto once = put_all(1);
    EXPECT_LE(put_all(2), once + once / 8);
}

TEST(Index, MovesWithAllItHolds)
{
    Index first(2);
    Model model;
    for (std::uint64_t i = 0; i < 9; ++i) {
        first.put(std::to_string(i), entry_number(i));
        model_put(model, std::to_string(i), entry_number(i));
    }
    Index second(std::move(first));
    expect_same(second, model);
    first = std::move(second);
    expect_same(first, model);
}

TEST(Index, MemoryGrowsWithWhatItHoldsAndShrinksAgain)
{
    Index index(1000);
    const std::size_t empty = index.memory_bytes();
    for (std::uint64_t i = 0; i < 500; ++i) {
        index.put(std::string(1000, 'k') + std::to_string(i), entry_number(i));
    }
    EXPECT_GT(index.memory_bytes(), empty + 500'000);
    for (std::uint64_t i = 0; i < 500; ++i) {
        index.erase(std::string(1000, 'k') + std::to_string(i));
    }
    EXPECT_EQ(index.memory_bytes(), empty);
}

TEST(Index, WhereAllKeysAreErasedNothingStays)
{
    Index index(100);
    for (std::uint64_t i = 10'000; i < 20'000; ++i) {
        index.put("a path of which most is common " + std::to_string(i), entry_number(i));
    }
    const std::size_t full = index.memory_bytes();
    for (std::uint64_t i = 10'000; i < 19'999; ++i) {
        index.erase("a path of which most is common " + std::to_string(i));
    }
    EXPECT_LT(index.memory_bytes(), full / 20);
    EXPECT_EQ(index.list({.prefix = {}, .delimiter = {}, .after = {}, .limit = 2}).size(), 1);
}

TEST(Index, KeysCostLessOnceTheyAreMerged)
{
    Index merging(10);
    Index waiting(10'000);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        merging.put("a path of which most is common " + std::to_string(i), entry_number(i));
        waiting.put("a path of which most is common " + std::to_string(i), entry_number(i));
    }
    EXPECT_LT(merging.memory_bytes(), waiting.memory_bytes() / 3 * 2);
}

}  // namespace
}  // namespace bytestore
