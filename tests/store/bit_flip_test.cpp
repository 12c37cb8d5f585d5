// One bit of the disk is wrong: no value is ever wrong for that.
#include "tests/support/store_test.h"

#include <gmock/gmock.h>
#include <algorithm>
#include <vector>

namespace bytestore::test {
namespace {

class BitFlipTest : public StoreTest {
protected:
    // Two sealed segments and one that is not, with batches; histories_ has what the store held after each commit.
    void SetUp() override
    {
        Workload work(3, {.keys = 4, .largest_batch = 3, .largest_value = 10});
        options_.segment_size = 500;
        const auto store = open();
        Map map;
        history_.push_back(map);
        while (segments_in(path()).size() < 3 || history_.size() % 4 != 0) {
            const auto batch = work.batch(map);
            map = applied(batch, map);
            ASSERT_TRUE(store->apply(batch));
            history_.push_back(map);
        }
    }

    void expect_no_wrong_value(const Path& segment)
    {
        const auto whole = read_file(segment);
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            auto bytes = whole;
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
            write_file(segment, bytes);
            SCOPED_TRACE(segment.filename().string() + " bit " + std::to_string(bit));
            expect_prefix_or_refusal();
            if (HasFailure()) {
                return;
            }
        }
        write_file(segment, whole);
    }

    void expect_prefix_or_refusal() const
    {
        const auto store = try_read();
        if (store) {
            EXPECT_THAT(history_, ::testing::Contains(content_of(**store)));
        } else {
            EXPECT_EQ(store.error().code, Errc::damaged) << store.error().message;
            EXPECT_THAT(store.error().message,
                        ::testing::AnyOf(::testing::ContainsRegex("log-[0-9]+.dat is damaged at offset [0-9]+"),
                                         ::testing::HasSubstr("is missing")));
        }
    }

    std::vector<Map> history_;
};

TEST_F(BitFlipTest, IsRefusedOrLeavesWhatOnceWas)
{
    for (const auto& segment : segments_in(path())) {
        expect_no_wrong_value(segment);
    }
}

TEST_F(BitFlipTest, IsRefusedOrLeavesWhatOnceWasWithoutLock)
{
    forget_lock();
    for (const auto& segment : segments_in(path())) {
        expect_no_wrong_value(segment);
    }
}

TEST_F(BitFlipTest, InWhatWasSyncedLosesNothing)
{
    ASSERT_TRUE(open()->sync());
    const auto last = segments_in(path()).back();
    const auto whole = read_file(last);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        auto bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        write_file(last, bytes);
        const auto store = try_read();
        ASSERT_TRUE(!store || content_of(**store) == history_.back()) << bit;
    }
}

TEST_F(BitFlipTest, UnderAnOpenStoreIsAnErrorOfTheRead)
{
    options_.segment_size = std::uint64_t{1} << 20;
    const auto store = open();
    set(*store, "key", "value");
    const auto last = segments_in(path()).back();
    const auto whole = read_file(last);
    for (std::size_t at = whole.rfind('{') + 1; at + 1 < whole.size(); ++at) {
        auto bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        write_file(last, bytes);
        const auto value = store->get("key");
        ASSERT_TRUE(value ? *value == "value" : value.error().code == Errc::damaged) << at;
    }
}

}  // namespace
}  // namespace bytestore::test
