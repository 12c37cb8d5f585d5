#include "engine/index/index_base.h"

#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace bytestore {
namespace {

IndexBase packed(const Model& model)
{
    IndexBase::Builder builder;
    for (const auto& [key, entry] : model) {
        builder.add(key, entry);
    }
    return builder.finish();
}

Model random_model(std::size_t keys)
{
    std::mt19937 random(static_cast<unsigned>(keys));
    Model model;
    while (model.size() < keys) {
        model.emplace(random_key(random, 6), entry_number(random()));
    }
    return model;
}

// Below, at and above one and several blocks.
class IndexBaseOfSize : public testing::TestWithParam<std::size_t> {
protected:
    void expect_finds_all() const
    {
        EXPECT_EQ(base_.size(), model_.size());
        for (const std::string& key : all_keys(3)) {
            EXPECT_EQ(base_.find(key).has_value(), model_.contains(key));
        }
        std::size_t rank = 0;
        for (const auto& [key, entry] : model_) {
            const auto found = base_.find(key);
            ASSERT_TRUE(found);
            EXPECT_EQ(found->rank, rank++);
            EXPECT_EQ(found->entry, entry);
        }
    }

    void expect_splits_into_the_same() const
    {
        for (const std::size_t entries : {1, 16, 100}) {
            auto expected = model_.begin();
            for (const IndexBase& slice : base_.split(entries)) {
                EXPECT_EQ(slice.first_key(), expected->first);
                for (IndexBase::Cursor cursor(slice); cursor.valid(); cursor.next(), ++expected) {
                    ASSERT_NE(expected, model_.end());
                    EXPECT_EQ(cursor.key(), expected->first);
                    EXPECT_EQ(cursor.entry(), expected->second);
                }
            }
            EXPECT_EQ(expected, model_.end());
        }
    }

    Model model_ = random_model(GetParam());
    IndexBase base_ = packed(model_);
};

TEST_P(IndexBaseOfSize, FindsWhatItHoldsAndNothingElse)
{
    expect_finds_all();
}

TEST_P(IndexBaseOfSize, FindsTheSameOnceItLearntThePlaces)
{
    base_.learn_hints();
    expect_finds_all();
}

TEST_P(IndexBaseOfSize, ShowsWhatWasPutInThePlaceOfItsEntries)
{
    std::mt19937 random(5);
    for (int round = 0; round < 3; ++round) {
        for (auto& [key, entry] : model_) {
            entry = entry_number(random());
            EXPECT_TRUE(base_.replace(*base_.find(key), entry, true));
        }
        expect_finds_all();
    }
}

TEST_P(IndexBaseOfSize, TakesOnlyWhatFitsIfNothingMayBeMoved)
{
    std::mt19937 random(6);
    std::size_t taken = 0;
    for (int round = 0; round < 10; ++round) {
        for (auto& [key, entry] : model_) {
            const auto other = entry_number(random());
            if (base_.replace(*base_.find(key), other, false)) {
                entry = other;
                ++taken;
            }
        }
    }
    expect_finds_all();
    EXPECT_EQ(taken > 0, !model_.empty());
}

TEST_P(IndexBaseOfSize, ShowsTheSameHoweverItsEntriesGrowAndShrink)
{
    std::mt19937 random(7);
    for (int i = 0; i < 3000 && !model_.empty(); ++i) {
        auto& [key, entry] = *std::next(model_.begin(), static_cast<std::ptrdiff_t>(random() % model_.size()));
        const auto other = entry_number(random() % 50);
        if (base_.replace(*base_.find(key), other, random() % 2 == 0)) {
            entry = other;
        }
    }
    expect_finds_all();
    expect_splits_into_the_same();
}

TEST_P(IndexBaseOfSize, SplitsIntoBasesThatHoldTheSame)
{
    expect_splits_into_the_same();
}

TEST_P(IndexBaseOfSize, CursorWalksEveryEntryInOrder)
{
    IndexBase::Cursor cursor(base_);
    for (const auto& [key, entry] : model_) {
        ASSERT_TRUE(cursor.valid());
        EXPECT_EQ(cursor.key(), key);
        EXPECT_EQ(cursor.entry(), entry);
        cursor.next();
    }
    EXPECT_FALSE(cursor.valid());
}

TEST_P(IndexBaseOfSize, CursorSeeksInEitherDirection)
{
    std::mt19937 random(1);
    IndexBase::Cursor cursor(base_);
    for (int i = 0; i < 2000; ++i) {
        const std::string key = random_key(random, 6);
        cursor.seek(key);
        auto expected = model_.lower_bound(key);
        for (int steps = 0; steps < 3 && expected != model_.end(); ++steps, ++expected, cursor.next()) {
            ASSERT_TRUE(cursor.valid());
            EXPECT_EQ(cursor.key(), expected->first);
            EXPECT_EQ(cursor.entry(), expected->second);
        }
        EXPECT_EQ(cursor.valid(), expected != model_.end());
    }
}

TEST_P(IndexBaseOfSize, CursorSkipsToEveryRankFromEveryOther)
{
    std::vector<std::pair<std::string, Entry>> entries(model_.begin(), model_.end());
    for (std::size_t from = 0; from < entries.size(); ++from) {
        for (std::size_t to = from; to < entries.size(); ++to) {
            IndexBase::Cursor cursor(base_);
            cursor.skip_to(from);
            cursor.skip_to(to);
            ASSERT_EQ(cursor.rank(), to);
            ASSERT_EQ(cursor.key(), entries[to].first);
            ASSERT_EQ(cursor.entry(), entries[to].second);
        }
    }
    IndexBase::Cursor cursor(base_);
    cursor.skip_to(entries.size() + 1);
    EXPECT_FALSE(cursor.valid());
}

INSTANTIATE_TEST_SUITE_P(AroundBlocks, IndexBaseOfSize, testing::Values(0, 1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 200));

TEST(IndexBase, HoldsTheLongestKeysTheEmptyOneAndTheirNeighbours)
{
    Model model{{"", entry_number(1)}};
    for (const char last : kAlphabet) {
        for (std::size_t length = kMaxKeyBytes - 20; length <= kMaxKeyBytes; ++length) {
            model.emplace(std::string(length - 1, 'k') + last, entry_number(length));
        }
    }
    const IndexBase base = packed(model);
    for (const auto& [key, entry] : model) {
        const auto found = base.find(key);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->entry, entry);
    }
    EXPECT_FALSE(base.find(std::string(kMaxKeyBytes - 21, 'k')));
}

TEST(IndexBase, CostsLessThanTheKeysForPathLikeOnes)
{
    IndexBase::Builder builder;
    constexpr std::size_t count = 100'000;
    std::size_t key_bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string key = "projects:alpha:users:" + std::to_string(1'000'000 + i) + ":settings.json";
        Entry entry{1, (i * 7919 % count) * 190, 189, 100, Kind::bytes, {}};
        entry.meta.mtime = 1'700'000'000'000'000'000 + static_cast<std::int64_t>(i * 7919 % count) * 1'000'003;
        builder.add(key, entry);
        key_bytes += key.size();
    }
    EXPECT_LT(builder.finish().memory_bytes(), key_bytes);
}

}  // namespace
}  // namespace bytestore
