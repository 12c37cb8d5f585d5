#include "engine/index/recent_finds.h"

#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <optional>
#include <stdexcept>
#include <string>

namespace bytestore {
namespace {

class RecentFindsTest : public testing::Test {
protected:
    // What it answers, which is what the model has unless it remembers.
    std::optional<Entry> find(const std::string& key)
    {
        return recent_.find(key, index_hash(key), [&](RecentFinds::Find& find) {
            ++looks_;
            find.know(model_find(model_, key));
        });
    }

    RecentFinds recent_;
    Model model_;
    int looks_ = 0;
};

TEST_F(RecentFindsTest, LooksOnceWhetherTheKeyIsThereOrNot)
{
    model_["there"] = entry_number(1);
    for (int times = 0; times < 3; ++times) {
        EXPECT_EQ(find("there"), entry_number(1));
        EXPECT_EQ(find(""), std::nullopt);
    }
    EXPECT_EQ(looks_, 2);
}

TEST_F(RecentFindsTest, AnswersRightForMoreKeysThanItRemembers)
{
    for (std::uint64_t number = 0; number < 1000; ++number) {
        model_[std::to_string(number)] = entry_number(number);
    }
    for (const auto& [key, entry] : model_) {
        EXPECT_EQ(find(key), entry);
        EXPECT_EQ(find(key + "?"), std::nullopt);
        EXPECT_EQ(find(key), entry);
    }
}

TEST_F(RecentFindsTest, TellsWhatAMutationSaysOfTheKey)
{
    EXPECT_EQ(find("key"), std::nullopt);
    recent_.of("key", index_hash("key")).know(entry_number(2));
    EXPECT_EQ(find("key"), entry_number(2));
    EXPECT_EQ(looks_, 1);
}

TEST_F(RecentFindsTest, RemembersNothingThatItWasToldToForget)
{
    EXPECT_EQ(find("key"), std::nullopt);
    model_["key"] = entry_number(2);
    recent_.forget();
    EXPECT_EQ(find("key"), entry_number(2));
}

TEST_F(RecentFindsTest, RemembersNothingOfALookThatThrew)
{
    const auto fails = [](RecentFinds::Find&) { throw std::runtime_error("no"); };
    EXPECT_THROW(recent_.find("key", index_hash("key"), fails), std::runtime_error);
    model_["key"] = entry_number(2);
    EXPECT_EQ(find("key"), entry_number(2));
}

}  // namespace
}  // namespace bytestore
