#include "engine/index/group_filter.h"
#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <string>

namespace bytestore {
namespace {

class GroupFilterOfKeys : public testing::Test {
protected:
    static GroupFilter filter_of(const std::set<std::string>& keys)
    {
        GroupCollector collector;
        for (const auto& key : keys) {
            collector.add(key);
        }
        return GroupFilter(collector.groups());
    }

    std::mt19937 random_{1};
};

TEST_F(GroupFilterOfKeys, HasEveryGroupOfEveryKey)
{
    for (std::size_t count = 0; count < 60; ++count) {
        std::set<std::string> keys;
        while (keys.size() < count) {
            keys.insert(random_key(random_, 8));
        }
        const auto filter = filter_of(keys);
        for (const auto& key : keys) {
            for (auto at = key.find(':'); at != std::string::npos; at = key.find(':', at + 1)) {
                EXPECT_TRUE(filter.may_have(key.substr(0, at + 1))) << key;
            }
        }
    }
}

TEST_F(GroupFilterOfKeys, HasThemAsASketchInWhateverOrderTheyCome)
{
    GroupSketch sketch;
    for (int i = 0; i < 300; ++i) {
        const auto key = random_key(random_, i % 100 == 99 ? 40 : 8);
        sketch.add(key);
        for (auto at = key.find(':'); at != std::string::npos; at = key.find(':', at + 1)) {
            EXPECT_TRUE(sketch.may_have(key.substr(0, at + 1))) << key;
        }
    }
}

TEST_F(GroupFilterOfKeys, ASketchOfAFewSeldomHasAnother)
{
    GroupSketch sketch;
    int wrong = 0;
    for (int i = 0; i < 100; ++i) {
        sketch.add("user:" + std::to_string(i / 2) + ":name");
        wrong += sketch.may_have("user:" + std::to_string(i + 100) + ':') ? 1 : 0;
    }
    EXPECT_LT(wrong, 20);
    EXPECT_TRUE(sketch.may_have("x"));
    EXPECT_FALSE(GroupSketch().may_have("a:"));
}

TEST_F(GroupFilterOfKeys, SeldomHasAnother)
{
    std::set<std::string> keys;
    for (int i = 0; i < 500; ++i) {
        keys.insert("user:" + std::to_string(i) + ":name");
    }
    const auto filter = filter_of(keys);
    int wrong = 0;
    for (int i = 500; i < 1500; ++i) {
        wrong += filter.may_have("user:" + std::to_string(i) + ':') ? 1 : 0;
    }
    EXPECT_LT(wrong, 250);
}

TEST_F(GroupFilterOfKeys, SaysNothingOfAPrefixThatIsNoGroup)
{
    EXPECT_TRUE(filter_of({"a:b"}).may_have("x"));
    EXPECT_TRUE(filter_of({"a:b"}).may_have(""));
}

TEST_F(GroupFilterOfKeys, OfNothingHasNothingAndThatWhichKnowsNothingHasAll)
{
    EXPECT_FALSE(filter_of({}).may_have("a:"));
    EXPECT_TRUE(GroupFilter().may_have("a:"));
}

}  // namespace
}  // namespace bytestore
