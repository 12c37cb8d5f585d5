#include "engine/index/rank_set.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <random>
#include <vector>

namespace bytestore {
namespace {

class RankSetOfSize : public testing::TestWithParam<std::size_t> {
protected:
    void insert(std::size_t rank)
    {
        set_.insert(rank);
        model_[rank] = true;
    }

    void expect_as_model() const
    {
        for (std::size_t rank = 0; rank < model_.size(); ++rank) {
            EXPECT_EQ(set_.contains(rank), model_[rank]);
            const auto absent = std::find(model_.begin() + static_cast<std::ptrdiff_t>(rank), model_.end(), false);
            const std::size_t next = std::min(set_.next_absent(rank), model_.size());
            EXPECT_EQ(next, static_cast<std::size_t>(absent - model_.begin()));
        }
        EXPECT_EQ(set_.count(), static_cast<std::size_t>(std::ranges::count(model_, true)));
    }

    RankSet set_{GetParam()};
    std::vector<bool> model_ = std::vector<bool>(GetParam());
};

TEST_P(RankSetOfSize, HoldsWhatWasInsertedInAnyOrder)
{
    std::mt19937 random(1);
    expect_as_model();
    for (std::size_t i = 0; i < 2 * GetParam(); ++i) {
        insert(random() % GetParam());
        if (i % 16 == 0) {
            expect_as_model();
        }
    }
}

TEST_P(RankSetOfSize, ForgetsWhatIsErased)
{
    std::mt19937 random(2);
    for (std::size_t i = 0; i < 4 * GetParam(); ++i) {
        const auto rank = random() % GetParam();
        if (i % 2 == 0) {
            insert(rank);
        } else {
            EXPECT_EQ(set_.erase(rank), model_[rank]);
            model_[rank] = false;
        }
    }
    expect_as_model();
}

TEST_P(RankSetOfSize, SkipsRunsThatReachTheEnd)
{
    for (std::size_t rank = GetParam(); rank-- > 0;) {
        insert(rank);
    }
    expect_as_model();
}

INSTANTIATE_TEST_SUITE_P(AroundWords, RankSetOfSize, testing::Values(0, 1, 63, 64, 65, 127, 128, 129, 300));

}  // namespace
}  // namespace bytestore
