// When a store compacts by itself.
#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <cerrno>

namespace bytestore::test {
namespace {

class AutomaticCompactionTest : public StoreTest {
protected:
    AutomaticCompactionTest()
    {
        options_.compaction_threshold = 10;
        options_.compaction_dead_percent = 0;
    }

    void overwrite(Store& store, const std::string& key, int times)
    {
        for (int i = 0; i < times; ++i) {
            set(store, key, std::to_string(i));
        }
    }
};

TEST_F(AutomaticCompactionTest, ComesWithTheThreshold)
{
    const auto store = open();
    overwrite(*store, "k", 10);
    EXPECT_EQ(store->stats().stale_records, 9U);
    EXPECT_EQ(store->stats().compactions, 0U);
    overwrite(*store, "k", 1);
    EXPECT_EQ(store->stats().stale_records, 0U);
    EXPECT_EQ(store->stats().compactions, 1U);
}

TEST_F(AutomaticCompactionTest, WaitsForTheShare)
{
    options_.compaction_dead_percent = 50;
    const auto store = open();
    set(*store, "large", std::string(10'000, 'x'));
    overwrite(*store, "k", 40);
    EXPECT_EQ(store->stats().compactions, 0U);
    set(*store, "large", "small");
    EXPECT_EQ(store->stats().compactions, 1U);
    EXPECT_EQ(store->stats().stale_records, 0U);
}

TEST_F(AutomaticCompactionTest, WithoutAShareDropsAllThatIsStale)
{
    const auto store = open();
    set(*store, "large", std::string(100'000, 'x'));
    overwrite(*store, "k", 11);
    EXPECT_EQ(store->stats().compactions, 1U);
    EXPECT_EQ(store->stats().stale_records, 0U);
}

TEST_F(AutomaticCompactionTest, NeverComesWithThresholdZero)
{
    options_.compaction_threshold = 0;
    const auto store = open();
    overwrite(*store, "k", 100);
    EXPECT_EQ(store->stats().compactions, 0U);
    EXPECT_EQ(store->stats().stale_records, 99U);
}

TEST_F(AutomaticCompactionTest, ThatFailsDoesNotFailTheWriteAndIsNotTriedAtEachOne)
{
    int attempts = 0;
    FaultyFiles files({.before =
                           [&](const FileCall& call) {
                               const bool fails = call.call == Call::open && call.name == "compaction.tmp";
                               attempts += fails ? 1 : 0;
                               return fails ? std::optional(Fault{.os_error = ENOSPC}) : std::nullopt;
                           },
                       .after = {}});
    const auto store = open(files);
    overwrite(*store, "k", 100);
    EXPECT_GE(attempts, 2);
    EXPECT_LE(attempts, 20);  // each looks for a segment that fits
    EXPECT_TRUE(said("compaction failed"));
    EXPECT_EQ(store->get("k").value(), "99");
}

TEST_F(AutomaticCompactionTest, ThatCanDropNothingWorthwhileIsNotTriedAtEachWrite)
{
    options_.compaction_dead_percent = 10;
    options_.segment_size = 3000;
    const auto store = open();
    for (int i = 0; i < 400; ++i) {
        set(*store, "k" + std::to_string(i % 350), std::string(100, 'x'));
        if (i % 8 == 0) {
            set(*store, "k" + std::to_string(i / 2), std::string(100, 'x'));
        }
    }
    EXPECT_LT(store->stats().compactions, 40U);
}

}  // namespace
}  // namespace bytestore::test
