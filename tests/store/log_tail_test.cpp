#include "engine/log/log_tail.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace bytestore {
namespace {

// What was appended to the segment in a slot, whole, to compare with.
class LogTailTest : public testing::Test {
protected:
    void append(std::size_t size)
    {
        std::string bytes(size, '\0');
        for (char& byte : bytes) {
            byte = static_cast<char>(random_());
        }
        tail_.append(slot_, all_.size(), bytes);
        all_ += bytes;
    }
    // Whether the tail has these bytes; then they are the right ones.
    bool has(std::size_t offset, std::size_t size) const
    {
        std::pmr::string bytes("of before");
        const bool known = tail_.read(slot_, offset, size, bytes);
        EXPECT_TRUE(!known || std::string_view(bytes) == all_.substr(offset, size)) << offset << ' ' << size;
        return known;
    }

    std::mt19937 random_{5};
    LogTail tail_;
    Catalog::Slot slot_ = 3;
    std::string all_;
};

TEST_F(LogTailTest, HasTheLastBytesAndNoOthersHoweverTheyCame)
{
    const std::size_t most = LogTail::kMost;
    for (const std::size_t size :
         {most / 3, most / 2 + 1, std::size_t{1}, most - 1, most, most + 1, 3 * most, most / 7}) {
        append(size);
        const auto known = std::min(all_.size(), most);
        EXPECT_TRUE(has(all_.size() - known, known));
        EXPECT_FALSE(known < all_.size() && has(all_.size() - known - 1, 2));
        EXPECT_FALSE(has(all_.size() - 1, 2));
        for (int i = 0; i < 100; ++i) {
            const auto offset = all_.size() - known + random_() % known;
            EXPECT_TRUE(has(offset, random_() % (all_.size() - offset + 1)));
        }
    }
}

TEST_F(LogTailTest, HasNothingOfAnotherSegmentOrAPlaceThatDoesNotFollow)
{
    append(100);
    EXPECT_TRUE(has(0, 100));
    slot_ = 4;
    EXPECT_FALSE(has(0, 100));
    append(50);
    EXPECT_TRUE(has(100, 50));
    EXPECT_FALSE(has(99, 2));
    all_ += "a gap";
    append(10);
    EXPECT_TRUE(has(155, 10));
    EXPECT_FALSE(has(154, 1));
}

TEST_F(LogTailTest, HasNothingOfWhatItForgot)
{
    append(100);
    tail_.forget();
    EXPECT_FALSE(has(0, 100));
    append(10);
    EXPECT_TRUE(has(100, 10));
    EXPECT_FALSE(has(99, 2));
}

}  // namespace
}  // namespace bytestore
