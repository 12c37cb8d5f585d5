// One bit of the disk is wrong: no value is ever wrong for that.
#include "tests/store/maintenance_support.h"
#include "tests/support/scale.h"

#include <gmock/gmock.h>

namespace bytestore::test {
namespace {

class BitFlipTest : public MaintenanceTest {
protected:
    void SetUp() override { fill(); }

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
};

TEST_F(BitFlipTest, IsRefusedOrLeavesWhatOnceWas)
{
    for_each_flip(stride(), [this] { expect_prefix_or_refusal(); });
}

TEST_F(BitFlipTest, IsRefusedOrLeavesWhatOnceWasWithoutLock)
{
    forget_lock();
    for_each_flip(stride(), [this] { expect_prefix_or_refusal(); });
}

TEST_F(BitFlipTest, InWhatWasSyncedLosesNothing)
{
    ASSERT_TRUE(open()->sync());
    for_each_flip(stride(), [this] {
        const auto store = try_read();
        EXPECT_TRUE(!store || content_of(**store) == history_.back());
    });
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
