#include "fs/core/listing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace bytestore::fs {
namespace {

// Beside it what the directory has, and the number that each name had when it was last told. What changes is told to
// the listing, as Directories does.
class ListingTest : public ::testing::Test {
protected:
    static Named named(std::size_t i) { return {.type = i % 3 == 0 ? Type::directory : Type::file, .plain = true}; }
    void note(const std::string& name)
    {
        listing_.note_change([&] { return std::optional(name); });
    }
    void add(const std::string& name)
    {
        note(name);
        there_.insert_or_assign(name, named(random_()));
    }
    void remove(const std::string& name)
    {
        note(name);
        there_.erase(name);
    }
    void change_something(std::size_t names)
    {
        const auto name = "n" + std::to_string(random_() % names);
        random_() % 2 == 0 ? add(name) : remove(name);
    }
    void take()
    {
        Listing::Entries entries{.all = {}, .keys = true, .after = std::nullopt};
        for (const auto& [name, now] : there_) {
            entries.all.add(name, now);
        }
        listing_.take(std::move(entries), listing_.version());
    }
    void catch_up()
    {
        std::map<std::string, Named, std::less<>> changed;
        for (const auto& name : listing_.changed_names()) {
            const auto now = there_.find(name);
            changed.emplace(name, now == there_.end() ? Named{} : now->second);
        }
        listing_.catch_up(std::move(changed), listing_.version());
    }
    void bring_up_to_date() { listing_.knows_changes() ? catch_up() : take(); }

    // What is there, once each, in ascending order, under the numbers of before if it was always there.
    void expect_what_is_there()
    {
        ASSERT_TRUE(listing_.is_current());
        std::map<std::string, std::uint64_t> told;
        std::optional<std::uint64_t> last;
        const auto& names = *listing_.names();
        for (std::size_t place = 0; place < names.size(); ++place) {
            const std::string name(names[place]);
            const auto number = names.number_of(place);
            EXPECT_TRUE(!last || number > *last) << name;
            EXPECT_EQ(names.place_from(number), place);
            last = number;
            const auto now = there_.find(name);
            EXPECT_EQ(names.tag_of(place).type, now == there_.end() ? std::nullopt : now->second.type) << name;
            if (now != there_.end()) {
                EXPECT_TRUE(told.emplace(name, number).second) << name;
                EXPECT_TRUE(!numbers_.contains(name) || numbers_.at(name) == number) << name;
            }
        }
        EXPECT_EQ(told.size(), there_.size());
        EXPECT_EQ(names.place_from(last.value_or(0) + 1), last ? names.size() : 0);
        numbers_ = std::move(told);
    }

    Listing listing_;
    std::map<std::string, Named> there_;
    std::map<std::string, std::uint64_t> numbers_;
    std::mt19937 random_{1};
};

TEST_F(ListingTest, TellsWhatIsThereUnderTheSameNumbersWhateverChanges)
{
    for (std::size_t round = 0; round < 200; ++round) {
        const auto changes = random_() % 3 == 0 ? random_() % 2000 : random_() % 20;
        for (std::size_t i = 0; i < changes; ++i) {
            change_something(10 + round * 10);
        }
        bring_up_to_date();
        expect_what_is_there();
    }
}

TEST_F(ListingTest, ForgetsNamesThatWentOnceTheyAreMany)
{
    for (std::size_t i = 0; i < 100; ++i) {
        add("stays" + std::to_string(i));
    }
    bring_up_to_date();
    for (std::size_t i = 0; i < 20000; ++i) {
        add("comes and goes" + std::to_string(i));
        bring_up_to_date();
        remove("comes and goes" + std::to_string(i));
        bring_up_to_date();
        ASSERT_LE(listing_.names()->size(), 2500U);
    }
    expect_what_is_there();
}

TEST_F(ListingTest, KnowsFewChangesAndNoMore)
{
    for (std::size_t i = 0; i < 10000; ++i) {
        add("n" + std::to_string(i));
    }
    take();
    std::size_t changes = 0;
    for (; listing_.knows_changes(); ++changes) {
        ASSERT_EQ(listing_.changed_names().size(), changes);
        remove("n" + std::to_string(changes));
    }
    EXPECT_GT(changes, 500U);
    EXPECT_LT(changes, 5000U);
    EXPECT_TRUE(listing_.changed_names().empty());
    take();
    EXPECT_TRUE(listing_.knows_changes());
}

TEST_F(ListingTest, KnowsNoChangesOnceOneCouldNotBeNoted)
{
    add("a");
    take();
    listing_.note_change([]() -> std::optional<std::string> { throw std::bad_alloc(); });
    EXPECT_FALSE(listing_.is_current());
    EXPECT_FALSE(listing_.knows_changes());
    take();
    listing_.note_change([] { return std::optional<std::string>(); });
    EXPECT_FALSE(listing_.is_current());
    EXPECT_FALSE(listing_.knows_changes());
}

TEST_F(ListingTest, TakenBeforeAChangeKnowsNoChanges)
{
    add("a");
    take();
    const auto version = listing_.version();
    remove("a");
    Listing::Entries entries{.all = {}, .keys = true, .after = std::nullopt};
    entries.all.add("a", named(1));
    listing_.take(std::move(entries), version);
    EXPECT_FALSE(listing_.is_current());
    EXPECT_FALSE(listing_.knows_changes());
    listing_.take(listing_.names(), version);
    EXPECT_FALSE(listing_.knows_changes());
}

TEST_F(ListingTest, OfAFirstPartIsAsFarBehindWhenItIsComplete)
{
    Listing::Entries entries{.all = {}, .keys = true, .after = "a"};
    entries.all.add("a", named(1));
    listing_.take(std::move(entries), listing_.version());
    add("b");
    listing_.fall_behind();
    auto rest = listing_.part();
    rest.after.reset();
    listing_.complete(std::move(rest));
    EXPECT_TRUE(listing_.is_behind());
    EXPECT_FALSE(listing_.knows_changes());
}

TEST_F(ListingTest, OfAFirstPartKnowsNoChanges)
{
    Listing::Entries entries{.all = {}, .keys = true, .after = "a"};
    entries.all.add("a", named(1));
    listing_.take(std::move(entries), listing_.version());
    EXPECT_FALSE(listing_.knows_changes());
    auto rest = listing_.part();
    rest.after.reset();
    rest.all.add("b", named(1));
    listing_.complete(std::move(rest));
    EXPECT_TRUE(listing_.knows_changes());
}

}  // namespace
}  // namespace bytestore::fs
