#include "engine/recently_used.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace bytestore::test {
namespace {

constexpr std::uint64_t kBytes = 1000;  // of an item, and what it costs to keep it

// The keys that it should have, what was used last first.
class Expected {
public:
    bool use(int key)
    {
        const auto at = std::ranges::find(keys_, key);
        const bool there = at != keys_.end();
        if (there) {
            std::rotate(keys_.begin(), at, at + 1);
            fresh_ += at - keys_.begin() >= fresh_ ? 1 : 0;
        }
        return there;
    }
    void keep(int key, std::size_t most)
    {
        if (!use(key)) {
            keys_.insert(keys_.begin(), key);
            keys_.resize(std::min(keys_.size(), most));
            ++fresh_;
        }
    }
    void drop_idle()
    {
        keys_.resize(std::min<std::size_t>(keys_.size(), static_cast<std::size_t>(fresh_)));
        fresh_ = 0;
    }
    const std::vector<int>& keys() const { return keys_; }

private:
    std::vector<int> keys_;
    std::ptrdiff_t fresh_ = 0;  // used since the last drop_idle: the first ones
};

TEST(RecentlyUsed, KeepsWhatWasUsedLast)
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        const std::size_t most = 1 + random() % 8;
        RecentlyUsed<int, int> recent((most + 1) * kBytes - 1);
        Expected expected;
        for (int round = 0; round < 2000; ++round) {
            const int key = static_cast<int>(random() % 12) + 1;
            switch (random() % 8) {
                case 0:
                    recent.drop_idle();
                    expected.drop_idle();
                    break;
                case 1:
                case 2:
                case 3:
                    recent.keep(key, -key, kBytes - RecentlyUsed<int, int>::kOwnBytes);
                    expected.keep(key, most);
                    break;
                default:
                    ASSERT_EQ(recent.find(key), expected.use(key) ? -key : 0) << seed << ", " << round;
            }
            ASSERT_EQ(recent.size(), expected.keys().size()) << seed << ", " << round;
        }
    }
}

TEST(RecentlyUsed, KeepsOneThatIsLargerThanItsBudgetAlone)
{
    RecentlyUsed<int, int> recent(kBytes);
    recent.keep(1, 1, 1);
    recent.keep(2, 2, 2 * kBytes);
    EXPECT_EQ(recent.find(1), 0);
    EXPECT_EQ(recent.find(2), 2);
    recent.keep(3, 3, 1);
    EXPECT_EQ(recent.find(2), 0);
    EXPECT_EQ(recent.find(3), 3);
}

}  // namespace
}  // namespace bytestore::test
