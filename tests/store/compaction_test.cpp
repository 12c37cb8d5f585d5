// A compaction drops all that is stale and changes nothing that can be seen.
#include "tests/support/first_byte_store.h"
#include "tests/support/store_test.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace bytestore::test {
namespace {

class CompactionTest : public StoreTest {
protected:
    CompactionTest() { options_.segment_size = 2000; }

    void work(Store& store, std::uint32_t seed, int commits)
    {
        Workload work(seed);
        for (int i = 0; i < commits; ++i) {
            const auto batch = work.batch(map_);
            map_ = applied(batch, map_);
            ASSERT_TRUE(store.apply(batch));
        }
    }
    // What can be seen of every key, but for its place.
    static std::map<std::string, std::pair<Meta, std::uint64_t>> attributes(const Store& store)
    {
        std::map<std::string, std::pair<Meta, std::uint64_t>> seen;
        for (const auto& item : store.list({})) {
            seen[item.name] = {item.entry.meta, item.entry.size};
        }
        return seen;
    }
    static CompactionReport compact(Store& store)
    {
        const auto done = store.compact();
        EXPECT_TRUE(done) << done.error().message;
        return done.value_or(CompactionReport{});
    }
    // Lines of the log that are no header and no seal.
    std::size_t records_on_disk() const
    {
        std::size_t records = 0;
        for (const auto& segment : segments_in(path())) {
            const auto bytes = read_file(segment);
            records += line_starts(bytes).size() - 1;
            for (auto at = bytes.find("\\u0000bytestore"); at != std::string::npos;
                 at = bytes.find("\\u0000bytestore", at + 1)) {
                --records;
            }
        }
        return records;
    }

    Map map_;
};

TEST_F(CompactionTest, DropsAllThatIsStaleAndKeepsAllThatIsSeen)
{
    for (std::uint32_t seed = 0; seed < static_cast<std::uint32_t>(scaled(20)); ++seed) {
        SCOPED_TRACE(seed);
        std::filesystem::remove_all(path());
        map_.clear();
        const auto store = open();
        work(*store, seed, 150);
        const auto before = attributes(*store);
        compact(*store);
        compact(*store);
        EXPECT_EQ(store->stats().stale_records, 0U);
        EXPECT_EQ(store->stats().dead_bytes, 0U);
        EXPECT_EQ(attributes(*store), before);
        expect_content(*store, map_);
        EXPECT_EQ(content_of(path()), map_);
        EXPECT_EQ(records_on_disk(), map_.size());
    }
}

TEST_F(CompactionTest, GoesOnWhereAnOpeningFoundTheLog)
{
    for (std::uint32_t seed = 0; seed < static_cast<std::uint32_t>(scaled(20)); ++seed) {
        SCOPED_TRACE(seed);
        work(*open(), seed, 60);
        const auto store = open();
        const auto stale = store->stats().stale_records;
        const auto report = compact(*store);
        compact(*store);
        EXPECT_GE(report.records_dropped, stale);
        EXPECT_EQ(records_on_disk(), map_.size());
        EXPECT_EQ(content_of(path()), map_);
    }
}

TEST_F(CompactionTest, CountsTheSameAtWorkAndAfterReopening)
{
    for (std::uint32_t seed = 0; seed < static_cast<std::uint32_t>(scaled(20)); ++seed) {
        SCOPED_TRACE(seed);
        auto store = open();
        work(*store, seed, 30);
        if (seed % 3 == 2) {
            compact(*store);
            work(*store, seed, 10);
        }
        const auto before = store->stats();
        store.reset();
        const auto after = open()->stats();
        EXPECT_EQ(after.records, before.records);
        EXPECT_EQ(after.stale_records, before.stale_records);
        EXPECT_EQ(after.dead_bytes, before.dead_bytes);
        EXPECT_EQ(after.live_keys, before.live_keys);
    }
}

TEST_F(CompactionTest, OfAnIdleStoreChangesNothing)
{
    const auto store = open();
    work(*store, 1, 200);
    compact(*store);
    compact(*store);
    const auto before = files_in(path());
    for (int i = 0; i < 3; ++i) {
        const auto report = compact(*store);
        EXPECT_EQ(report.segments_rewritten, 0U);
        EXPECT_EQ(report.records_dropped, 0U);
        EXPECT_EQ(files_in(path()), before);
    }
}

TEST_F(CompactionTest, OfAnEmptyStoreDoesNothing)
{
    const auto store = open();
    EXPECT_EQ(compact(*store).segments_rewritten, 0U);
    EXPECT_TRUE(segments_in(path()).empty());
}

TEST_F(CompactionTest, MergesSmallNeighbours)
{
    const auto store = open();
    for (int i = 0; i < 400; ++i) {
        set(*store, "k" + std::to_string(i), "v");
        map_["k" + std::to_string(i)] = "v";
    }
    const auto before = segments_in(path()).size();
    EXPECT_GT(before, 10U);
    const auto report = compact(*store);
    EXPECT_EQ(report.segments_removed, before - segments_in(path()).size());
    EXPECT_LE(segments_in(path()).size(), 2U);
    expect_content(*store, map_);
    EXPECT_EQ(content_of(path()), map_);
}

TEST_F(CompactionTest, KeepsADeleteWhileAnOlderSegmentHoldsWhatItHides)
{
    const auto store = open();
    set(*store, "hidden", std::string(1500, 'x'));
    set(*store, "roll", std::string(1500, 'y'));
    ASSERT_TRUE(store->remove("hidden"));
    EXPECT_EQ(store->stats().stale_records, 1U);
    EXPECT_EQ(compact(*store).records_dropped, 2U);
    EXPECT_EQ(records_on_disk(), 1U);
    EXPECT_EQ(content_of(path()).size(), 1U);
}

TEST_F(CompactionTest, ValuesFoundBeforeItStayReadable)
{
    const auto store = open();
    work(*store, 5, 100);
    std::vector<ValueRef> found;
    for (const auto& [key, value] : map_) {
        found.push_back(*store->find(key));
    }
    const Map before = map_;
    work(*store, 6, 100);
    compact(*store);
    for (const auto& value : found) {
        EXPECT_EQ(value.read().value(), before.at(value.key()));
    }
}

TEST_F(CompactionTest, ThatMeetsADamagedRecordStopsThereAndDamagesNothing)
{
    const auto store = open();
    work(*store, 9, 100);
    const auto victim = segments_in(path()).at(1);
    auto bytes = read_file(victim);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_file(victim, bytes);
    const auto refused = store->compact();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::damaged);
    EXPECT_NE(refused.error().message.find(victim.filename().string()), std::string::npos);
    EXPECT_EQ(read_file(victim), bytes);
    EXPECT_FALSE(exists(path() / "compaction.tmp"));
    EXPECT_TRUE(store->set("still", "writing", {.mtime = 1}));
}

TEST_F(CompactionTest, KeepsValuesLargerThanAnyBuffer)
{
    const auto store = open();
    Map expected;
    for (const std::size_t size : {1U << 20, (1U << 20) + 1, 5U << 20}) {
        const auto key = std::to_string(size);
        set(*store, key, "old");
        set(*store, key, std::string(size, 'v'));
        set(*store, key + "-binary", std::string(size, '\xff'));
        expected[key] = std::string(size, 'v');
        expected[key + "-binary"] = std::string(size, '\xff');
    }
    compact(*store);
    EXPECT_TRUE(content_of(*store) == expected);
    EXPECT_TRUE(content_of(path()) == expected);
}

// A large segment of live records between small ones, which come again and again.
TEST_F(CompactionTest, MergesNoSegmentThatIsLargerThanItsNeighboursTogether)
{
    options_.segment_size = 100'000;
    const auto store = open();
    for (int i = 0; i < 90; ++i) {
        set(*store, "cold" + std::to_string(i), std::string(1000, 'c'));
    }
    set(*store, "hot", std::string(50'000, 'h'));
    const auto cold = std::filesystem::last_write_time(segment(0));
    for (int i = 0; i < 20; ++i) {
        set(*store, "hot", std::string(60'000, 'h'));
        compact(*store);
    }
    EXPECT_EQ(std::filesystem::last_write_time(segment(0)), cold);
    EXPECT_LE(segments_in(path()).size(), 5U);
}

}  // namespace
}  // namespace bytestore::test
