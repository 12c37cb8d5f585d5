#include "engine/index/listing.h"

#include "engine/index/merged_cursor.h"
#include "tests/index/index_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace bytestore {
namespace {

std::vector<std::optional<char>> all_delimiters()
{
    std::vector<std::optional<char>> delimiters{std::nullopt};
    delimiters.insert(delimiters.end(), std::begin(kDelimiters), std::end(kDelimiters));
    return delimiters;
}

TEST(BehindPrefix, IsTheLowestStringAboveAllThatStartWithIt)
{
    const auto keys = all_keys(3);
    for (const std::string& prefix : keys) {
        const auto behind = behind_prefix(prefix);
        EXPECT_EQ(behind.has_value(), prefix.find_first_not_of('\xff') != std::string::npos);
        for (const std::string& key : keys) {
            const bool in_front = key < prefix || key.starts_with(prefix);
            EXPECT_EQ(in_front, !behind || key < *behind);
        }
    }
}

// Keys that lie in part in the base, in part in the delta, some of them erased or replaced.
class Listing : public testing::TestWithParam<unsigned> {
protected:
    void SetUp() override
    {
        std::mt19937 random(GetParam());
        for (std::uint64_t i = 0; i < 150; ++i) {
            const std::string key = random_key(random, 4);
            if (random() % 4 == 0) {
                model_erase(model_, key);
                index_.erase(key);
            } else {
                model_put(model_, key, entry_number(i));
                index_.put(key, entry_number(i));
            }
        }
    }

    void expect_listed(const ListRequest& request) const
    {
        ASSERT_EQ(index_.list(request), model_list(model_, request))
            << testing::PrintToString(request.prefix) << testing::PrintToString(request.delimiter)
            << testing::PrintToString(request.after) << request.limit;
    }

    // The same without what list_names() leaves out.
    void expect_named(const ListRequest& request) const
    {
        std::vector<std::pair<std::string, std::optional<Kind>>> expected;
        for (const auto& item : model_list(model_, request)) {
            const auto name = item.name.substr(request.prefix.size());
            item.group ? expected.emplace_back(name.substr(0, name.size() - 1), std::nullopt)
                       : expected.emplace_back(name, item.entry.kind);
        }
        const auto names = index_.list_names(request);
        ASSERT_EQ(names.size(), expected.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
            EXPECT_EQ(std::pair(std::string(names[i]), names.tag_of(i)), expected[i]);
        }
    }

    std::vector<ListItem> all_pages(ListRequest request) const
    {
        std::vector<ListItem> items;
        for (auto page = index_.list(request); !page.empty(); page = index_.list(request)) {
            EXPECT_LE(page.size(), request.limit);
            request.after = page.back().name;
            items.insert(items.end(), page.begin(), page.end());
        }
        return items;
    }

    Index index_{GetParam() % 64 + 1};
    Model model_;
};

TEST_P(Listing, AnswersEveryRequest)
{
    for (const std::string& prefix : all_keys(2)) {
        for (const auto delimiter : all_delimiters()) {
            expect_listed({prefix, delimiter, std::nullopt, SIZE_MAX});
            for (const std::string& after : all_keys(2)) {
                expect_listed({prefix, delimiter, prefix + after, SIZE_MAX});
                expect_listed({prefix, delimiter, after, after.size() + 1});
            }
            expect_named({prefix, delimiter, std::nullopt, SIZE_MAX});
        }
    }
}

TEST_P(Listing, PagesOfEverySizeGiveTheSameItemsAsOne)
{
    for (const std::string& prefix : all_keys(1)) {
        for (const auto delimiter : all_delimiters()) {
            const auto whole = index_.list({prefix, delimiter, std::nullopt, SIZE_MAX});
            for (std::size_t limit = 1; limit <= whole.size() + 1; ++limit) {
                ASSERT_EQ(all_pages({prefix, delimiter, std::nullopt, limit}), whole);
            }
        }
    }
}

TEST_P(Listing, FindsEachOfManyKeysInAnyOrder)
{
    auto keys = all_keys(3);
    std::mt19937 random(GetParam());
    for (const bool in_order : {true, false}) {
        if (!in_order) {
            std::ranges::shuffle(keys, random);
        }
        for (std::size_t step = 1; step < 5; ++step) {
            std::vector<std::string> asked;
            for (std::size_t i = 0; i < keys.size(); i += random() % step + 1) {
                asked.push_back(keys[i]);
            }
            const auto found = index_.find_each(asked);
            ASSERT_EQ(found.size(), asked.size());
            for (std::size_t i = 0; i < asked.size(); ++i) {
                EXPECT_EQ(found[i], index_.find(asked[i])) << testing::PrintToString(asked[i]);
            }
        }
    }
}

TEST_P(Listing, ALimitOfZeroGivesNothing)
{
    EXPECT_FALSE(index_.list({}).empty());
    EXPECT_TRUE(index_.list({"", std::nullopt, std::nullopt, 0}).empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Listing, testing::Range(0U, 10U));

std::vector<std::string> names(const Index& index, const ListRequest& request)
{
    std::vector<std::string> result;
    for (const ListItem& item : index.list(request)) {
        result.push_back(item.name);
    }
    return result;
}

TEST(ListingOfNeighbours, KeysThatSortBetweenANameAndItsGroupStayApart)
{
    Index index;
    for (const char* key : {"user", "user:1", "user:2", "user-1", "user.x", "user1"}) {
        index.put(key, {});
    }
    const ListRequest request{"", ':', std::nullopt, SIZE_MAX};
    EXPECT_THAT(names(index, request), testing::ElementsAre("user", "user-1", "user.x", "user1", "user:"));
    EXPECT_THAT(names(index, {"", ':', "user.x", SIZE_MAX}), testing::ElementsAre("user1", "user:"));
    EXPECT_THAT(names(index, {"", ':', "user:", SIZE_MAX}), testing::IsEmpty());
    EXPECT_THAT(names(index, {"user:", ':', "user:1", SIZE_MAX}), testing::ElementsAre("user:2"));
}

// Counts how often the cursor is moved.
class CountingCursor {
public:
    explicit CountingCursor(MergedCursor cursor)
        : cursor_(std::move(cursor))
    {
    }

    bool valid() const { return cursor_.valid(); }
    std::string_view key() const { return cursor_.key(); }
    Entry entry() const { return cursor_.entry(); }
    std::size_t moves() const { return moves_; }

    void next()
    {
        ++moves_;
        cursor_.next();
    }

    void seek(std::string_view key)
    {
        ++moves_;
        cursor_.seek(key);
    }

private:
    MergedCursor cursor_;
    std::size_t moves_ = 0;
};

std::size_t moves_to_list_root(std::size_t keys_in_group)
{
    IndexBase::Builder builder;
    IndexDelta delta;
    for (std::size_t i = 0; i < keys_in_group; ++i) {
        builder.add("user:" + std::to_string(1'000'000 + i), {});
        const std::string key = "user:x" + std::to_string(1'000'000 + i);
        delta.insert(key, index_hash(key), {});
    }
    builder.add("zebra", {});
    const IndexBase base = builder.finish();
    const RankSet hidden(base.size());
    CountingCursor cursor(MergedCursor(base, hidden, delta));
    EXPECT_EQ(list_items(cursor, {"", ':', std::nullopt, SIZE_MAX}).size(), 2U);
    return cursor.moves();
}

TEST(ListingOfGroups, AGroupOfManyKeysCostsAsManyMovesAsAGroupOfOne)
{
    EXPECT_EQ(moves_to_list_root(1), 3U);
    EXPECT_EQ(moves_to_list_root(100'000), 3U);
}

}  // namespace
}  // namespace bytestore
