// Writers, readers, compactions and other processes' readers at the same time.
#include "tests/support/store_test.h"

#include <atomic>
#include <thread>

namespace bytestore::test {
namespace {

// With snapshots at every occasion, or none. Every value is its key and a number that only grows, so that any value can
// be judged by itself.
class ConcurrencyTest : public StoreTest, public ::testing::WithParamInterface<bool> {
protected:
    static constexpr int kKeys = 8;
    static constexpr int kWriters = 3;

    ConcurrencyTest()
    {
        options_.segment_size = 3000;
        if (GetParam()) {
            options_.snapshot_bytes = 1;
            options_.index_on_demand = true;
        }
    }

    static std::string key_of(int writer, int i) { return std::to_string(writer) + "-" + std::to_string(i % kKeys); }

    void write(Store& store, int writer, int count)
    {
        for (int i = 0; i < count; ++i) {
            Batch batch;
            batch.set(key_of(writer, i), key_of(writer, i) + "=" + std::to_string(i), {.mtime = i});
            batch.set("pair-" + std::to_string(writer), std::to_string(i), {.mtime = i});
            batch.remove(key_of(writer, i + 3));
            const auto done = store.apply(batch);
            ASSERT_TRUE(done) << done.error().message;
        }
    }
    static Map expected(int count)
    {
        Map map;
        for (int writer = 0; writer < kWriters; ++writer) {
            for (int i = 0; i < count; ++i) {
                map[key_of(writer, i)] = key_of(writer, i) + "=" + std::to_string(i);
                map["pair-" + std::to_string(writer)] = std::to_string(i);
                map.erase(key_of(writer, i + 3));
            }
        }
        return map;
    }
    static void expect_written_values(const Store& store)
    {
        for (const auto& [key, value] : content_of_what_is_there(store)) {
            ASSERT_TRUE(key.starts_with("pair-") || value.starts_with(key + "=")) << key << " is " << value;
        }
    }
    // A key may go between the listing and the look.
    static Map content_of_what_is_there(const Store& store)
    {
        Map content;
        for (const auto& item : store.list({})) {
            if (const auto found = store.find(item.name)) {
                const auto value = found->read();
                EXPECT_TRUE(value) << value.error().message;
                content[item.name] = value.value_or("");
            }
        }
        return content;
    }

    void run(Store& store, int count, const std::function<void()>& meanwhile)
    {
        std::atomic<int> writing{kWriters};
        std::vector<std::jthread> threads;
        for (int writer = 0; writer < kWriters; ++writer) {
            threads.emplace_back([&, writer] {
                write(store, writer, count);
                --writing;
            });
        }
        threads.emplace_back([&] {
            while (writing > 0) {
                const auto done = store.compact();
                ASSERT_TRUE(done) << done.error().message;
            }
        });
        while (writing > 0 && !HasFailure()) {
            meanwhile();
        }
    }
};

TEST_P(ConcurrencyTest, ReadersOfTheStoreSeeOnlyWhatWasWritten)
{
    const int count = scaled(400);
    const auto store = open();
    run(*store, count, [&] { expect_written_values(*store); });
    expect_content(*store, expected(count));
    ASSERT_TRUE(store->compact());
    ASSERT_TRUE(store->compact());
    EXPECT_EQ(store->stats().stale_records, 0U);
    EXPECT_EQ(content_of(path()), expected(count));
}

TEST_P(ConcurrencyTest, ReadersOfTheFilesSeeOnlyWhatWasWritten)
{
    const int count = scaled(400);
    const auto store = open();
    int reads = 0;
    run(*store, count, [&] {
        const auto reader = try_read();
        ASSERT_TRUE(reader) << reader.error().message;
        expect_written_values(**reader);
        ++reads;
    });
    EXPECT_GT(reads, 0);
    EXPECT_EQ(content_of(path()), expected(count));
}

TEST_P(ConcurrencyTest, ReadersOfTheFilesNeverLoseWhatWasThereBefore)
{
    const int count = scaled(400);
    const auto store = open();
    set(*store, "0-constant", "0-constant=1");
    run(*store, count, [&] {
        const auto before = store->get("pair-1").value_or("-1");
        const auto reader = try_read();
        ASSERT_TRUE(reader) << reader.error().message;
        EXPECT_EQ((*reader)->get("0-constant").value_or("lost"), "0-constant=1");
        EXPECT_GE(std::stoi((*reader)->get("pair-1").value_or("-1")), std::stoi(before));
    });
}

TEST_P(ConcurrencyTest, AutomaticCompactionsGoOnBesideWriters)
{
    options_.compaction_threshold = 50;
    options_.compaction_dead_percent = 0;
    options_.housekeeping_thread = true;
    const int count = scaled(300);
    const auto store = open();
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
        threads.emplace_back([&, writer] { write(*store, writer, count); });
    }
    threads.clear();
    while (store->stats().compactions == 0) {
        std::this_thread::yield();
    }
    expect_content(*store, expected(count));
    ASSERT_TRUE(store->close());
    EXPECT_EQ(content_of(path()), expected(count));
}

INSTANTIATE_TEST_SUITE_P(WithoutAndWithSnapshots, ConcurrencyTest, ::testing::Bool());

}  // namespace
}  // namespace bytestore::test
