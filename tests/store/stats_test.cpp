// What a store tells about itself.
#include "tests/support/store_test.h"

#include <algorithm>
#include <stop_token>
#include <thread>

namespace bytestore::test {
namespace {

class StatsTest : public StoreTest {};

TEST_F(StatsTest, CountLiveAndHiddenKeys)
{
    options_.is_hidden = [](std::string_view key) { return key.starts_with("."); };
    Workload work(1);
    Map expected;
    auto store = open();
    for (int i = 0; i < 200; ++i) {
        const auto key = (work.below(2) == 0 ? "." : "") + std::to_string(work.below(8));
        if (work.below(3) == 0) {
            EXPECT_EQ(store->remove(key).has_value(), expected.erase(key) == 1);
        } else {
            set(*store, key, "v");
            expected[key] = "v";
        }
        if (i % 50 == 49) {
            store.reset();
            store = open();
        }
        const auto hidden = static_cast<std::uint64_t>(
            std::ranges::count_if(expected, [](const auto& item) { return item.first.starts_with("."); }));
        EXPECT_EQ(store->stats().hidden_keys, hidden);
        EXPECT_EQ(store->stats().live_keys, expected.size() - hidden);
    }
}

// Who asks first counts them, piece by piece.
TEST_F(StatsTest, CountHiddenKeysThatComeAndGoMeanwhile)
{
    options_.is_hidden = [](std::string_view key) { return key.ends_with("3"); };
    options_.snapshot = false;
    constexpr std::uint64_t kKeys = 20'000;
    auto store = open();
    for (std::uint64_t i = 0; i < kKeys; ++i) {
        set(*store, std::to_string(i), "");
    }
    for (unsigned round = 0; round < 10; ++round) {
        store.reset();
        store = open();
        std::jthread changes([&](const std::stop_token& stop) {
            for (Workload work(round); !stop.stop_requested();) {
                const auto key = std::to_string(work.below(kKeys) / 10 * 10 + 3);
                if (!store->remove(key)) {
                    set(*store, key, "");
                }
            }
        });
        EXPECT_GT(store->stats().live_keys, 0U);
        changes = {};
        const auto all = store->list({.prefix = {}, .delimiter = {}, .after = {}, .limit = kKeys});
        const auto hidden = static_cast<std::uint64_t>(
            std::ranges::count_if(all, [&](const ListItem& item) { return options_.is_hidden(item.name); }));
        EXPECT_EQ(store->stats().hidden_keys, hidden);
        EXPECT_EQ(store->stats().live_keys, all.size() - hidden);
    }
}

TEST_F(StatsTest, CountStaleRecordsAndTheirBytes)
{
    const auto store = open();
    set(*store, "a", "1");
    const auto one = read_file(segment(0)).size() - line_starts(read_file(segment(0))).at(1);
    EXPECT_EQ(store->stats().stale_records, 0U);
    set(*store, "a", "2");
    EXPECT_EQ(store->stats().stale_records, 1U);
    EXPECT_EQ(store->stats().dead_bytes, one);
    ASSERT_TRUE(store->remove("a"));
    EXPECT_EQ(store->stats().stale_records, 3U);  // the Delete hides nothing in an older segment
    EXPECT_EQ(store->stats().records, 3U);
    EXPECT_EQ(store->stats().commits, 3U);
}

TEST_F(StatsTest, DiskBytesAreThoseOfAllFilesOfTheLog)
{
    const auto store = open();
    set(*store, "a", "1");
    write_file(path() / "log-odd", "12345");
    write_file(path() / "other", "12345");
    EXPECT_EQ(store->stats().disk_bytes, read_file(segment(0)).size() + 5);
    EXPECT_EQ(store->stats().directory, std::filesystem::canonical(path()).string());
}

TEST_F(StatsTest, OfAMissingStoreReadOnlyAreAllZero)
{
    const auto store = read();
    EXPECT_EQ(store->stats().live_keys, 0U);
    EXPECT_EQ(store->stats().disk_bytes, 0U);
    EXPECT_TRUE(store->list({}).empty());
    EXPECT_EQ(store->directory_info().inode, 0U);
    EXPECT_TRUE(store->space());
    EXPECT_FALSE(exists(path()));
}

TEST_F(StatsTest, AMissingStoreIsNotMadeWhereThatIsNotWanted)
{
    options_.create = false;
    EXPECT_EQ(code_of(try_open()), Errc::not_a_store);
    EXPECT_FALSE(exists(path()));
}

}  // namespace
}  // namespace bytestore::test
