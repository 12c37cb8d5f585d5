#include "engine/index/pending_records.h"

#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <random>
#include <string>

namespace bytestore {
namespace {

class Pending : public testing::Test {
protected:
    // Every third one is a Delete.
    void add(const std::string& key)
    {
        const std::size_t number = expected_.size();
        const auto entry = number % 3 == 2 ? std::nullopt : std::optional(entry_number(number));
        expected_.emplace(key, entry);
        pending_.add(key, entry);
    }

    void expect_sorts()
    {
        pending_.sort();
        ASSERT_EQ(pending_.size(), expected_.size());
        std::size_t position = 0;
        for (const auto& [key, entry] : expected_) {
            const auto record = pending_.record(position);
            ASSERT_EQ(record.key, key);
            ASSERT_EQ(record.entry, entry);
            ASSERT_EQ(pending_.key(position++), key);
        }
    }

    PendingRecords pending_;
    std::multimap<std::string, std::optional<Entry>> expected_;  // which keeps those of one key in order
};

TEST_F(Pending, SortsStablyWhereKeysAreEqualOrPrefixesOfOthers)
{
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) {
        add(random_key(random, 24));
    }
    expect_sorts();
}

TEST_F(Pending, SortsKeysThatDifferOnlyInTrailingZeros)
{
    for (std::size_t length = 40; length-- > 0;) {
        add(std::string(length, '\0'));
        add("prefix" + std::string(length, '\0'));
    }
    expect_sorts();
}

TEST_F(Pending, SortsLongKeysThatShareTheirHeads)
{
    std::mt19937 random(4);
    for (int i = 0; i < 300; ++i) {
        add(std::string(kMaxKeyBytes - random() % 20, 'k') + random_key(random, 9));
    }
    expect_sorts();
}

TEST_F(Pending, KeepsWhatComesSortedAsItIs)
{
    for (const char* key : {"", "a", "a", "a:b", "a:b", "b", "\xff", "\xff"}) {
        add(key);
    }
    expect_sorts();
}

TEST_F(Pending, HoldsNothingOnceCleared)
{
    add("b");
    add("a");
    pending_.clear();
    expected_.clear();
    EXPECT_EQ(pending_.size(), 0U);
    EXPECT_EQ(pending_.memory_bytes(), 0U);
    add("c");
    add("b");
    expect_sorts();
}

}  // namespace
}  // namespace bytestore
