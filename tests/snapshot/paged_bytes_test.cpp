#include "engine/index/paged_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace bytestore {
namespace {

constexpr std::size_t kPages = 8;

// Page p is one byte, 'a' + p.
class PagedBytesTest : public testing::Test {
protected:
    bool fetch(std::size_t page, char* bytes)
    {
        ++fetched_[page];
        if (page == broken_page_) {
            return false;
        }
        bytes[page] = static_cast<char>('a' + page);
        return true;
    }

    std::vector<std::atomic<int>> fetched_ = std::vector<std::atomic<int>>(kPages);
    std::size_t broken_page_ = kPages;
    PagedBytes bytes_{kPages, kPages, [this](std::size_t page, char* bytes) { return fetch(page, bytes); }};
};

TEST_F(PagedBytesTest, FetchesWhatIsTouchedOnce)
{
    for (int again = 0; again < 3; ++again) {
        ASSERT_TRUE(bytes_.fetch(5));
        ASSERT_TRUE(bytes_.fetch(2));
    }
    EXPECT_EQ(bytes_.view()[5], 'f');
    EXPECT_EQ(bytes_.view()[2], 'c');
    for (std::size_t page = 0; page < kPages; ++page) {
        EXPECT_EQ(fetched_[page], page == 5 || page == 2 ? 1 : 0);
    }
}

TEST_F(PagedBytesTest, StaysBrokenOnceAPageCannotBeHad)
{
    broken_page_ = 3;
    ASSERT_TRUE(bytes_.fetch(1));
    EXPECT_TRUE(bytes_.intact());
    EXPECT_FALSE(bytes_.fetch(3));
    EXPECT_FALSE(bytes_.intact());
    EXPECT_TRUE(bytes_.fetch(1));
    EXPECT_FALSE(bytes_.fetch(4));
    EXPECT_FALSE(bytes_.fetch_all());
    EXPECT_EQ(fetched_[4], 0);
}

TEST_F(PagedBytesTest, FetchesEachPageOnceForManyThreads)
{
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([this] { EXPECT_TRUE(bytes_.fetch_all()); });
        }
    }
    EXPECT_EQ(bytes_.view(), "abcdefgh");
    EXPECT_TRUE(std::ranges::all_of(fetched_, [](const auto& count) { return count == 1; }));
}

TEST(PagedBytes, LetGoOfTheirSourceWhenAllIsThere)
{
    const auto source = std::make_shared<int>();
    const PagedBytes bytes(1, 1, [source](std::size_t, char* into) {
        *into = 'x';
        return true;
    });
    EXPECT_EQ(source.use_count(), 2);
    ASSERT_TRUE(bytes.fetch_all());
    EXPECT_EQ(source.use_count(), 1);
}

TEST(PagedBytes, ThatAreOwnedNeedNoSource)
{
    PagedBytes bytes(std::string("abc"));
    EXPECT_TRUE(bytes.fetch(0));
    EXPECT_TRUE(bytes.fetch_all());
    const PagedBytes moved = std::move(bytes);
    EXPECT_EQ(moved.view(), "abc");
    EXPECT_TRUE(moved.intact());
}

}  // namespace
}  // namespace bytestore
