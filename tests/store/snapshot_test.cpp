// Opening with the snapshot shows what reading the log shows, whatever is in the snapshot's place.
#include "tests/store/snapshot_support.h"
#include "tests/support/faulty_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bytestore::test {
namespace {

class SnapshotOpening : public SnapshotTest {
protected:
    SnapshotOpening() { options_.segment_size = 1000; }

    void expect_used()
    {
        view(true, false);
        EXPECT_TRUE(used());
    }
    void expect_unused()
    {
        view(true, false);
        EXPECT_FALSE(used());
        expect_same_as_without();
    }
    // As a program does that does not know what time it is: some file systems' clocks tick slowly.
    static void change(const Path& file, const std::string& bytes)
    {
        const auto time = std::filesystem::last_write_time(file);
        write_file(file, bytes);
        std::filesystem::last_write_time(file, time + std::chrono::seconds(1));
    }
};

TEST_F(SnapshotOpening, ShowsWhatTheLogHolds)
{
    fill(40);
    expect_used();
    expect_same_as_without();
}

TEST_F(SnapshotOpening, ReadsWhatWasWrittenSince)
{
    fill(40);
    options_.snapshot_bytes = 1 << 20;
    for (int i = 0; i < 40; ++i) {
        const auto store = open();
        ASSERT_TRUE(store->remove("key " + std::to_string(i)));
        set(*store, "key " + std::to_string(i % 7), "later " + std::to_string(i));
        set(*store, "new " + std::to_string(i), "");
        ASSERT_TRUE(store->close());
        expect_used();
        expect_same_as_without();
    }
}

TEST_F(SnapshotOpening, IsWrittenAfterACompactionOfOneOfTheSegments)
{
    options_.segment_size = 1500;
    fill(40);
    const auto store = open();
    set(*store, "key 1", "again");
    ASSERT_TRUE(store->compact());
    expect_used();
    expect_same_as_without();
}

TEST_F(SnapshotOpening, IsNotWrittenForLittle)
{
    options_.snapshot_bytes = 1 << 20;
    const auto store = open();
    set(*store, "key", "value");
    ASSERT_TRUE(store->close());
    EXPECT_FALSE(std::filesystem::exists(snapshot()));
}

TEST_F(SnapshotOpening, IsNeitherWrittenNorReadWhereItIsNotWanted)
{
    options_.snapshot = false;
    const auto store = open();
    set(*store, "key", "value");
    ASSERT_TRUE(store->close());
    EXPECT_FALSE(std::filesystem::exists(snapshot()));
}

TEST_F(SnapshotOpening, OfUnsyncedRecordsIsNotWritten)
{
    options_.sync = SyncMode::never;
    const auto store = open();
    set(*store, "key", "value");
    ASSERT_TRUE(store->close());
    EXPECT_FALSE(std::filesystem::exists(snapshot()));
}

TEST_F(SnapshotOpening, CoversSegmentsOfTheFirstByteStore)
{
    for (const auto& stored : std::filesystem::directory_iterator(Path(TEST_DATA) / "first-stores")) {
        if (!stored.is_directory()) {
            continue;
        }
        SCOPED_TRACE(stored.path());
        std::filesystem::remove_all(path());
        std::filesystem::copy(stored, path());
        ASSERT_TRUE(open()->close());
        expect_same_as_without();
        append_file(segments_in(path()).back(), "{\"cmd\":\"Set\",\"key\":\"a\",\"value\":\"appended\"}\n");
        expect_same_as_without();
        const auto store = open();
        set(*store, "b", "ours");
        ASSERT_TRUE(store->close());
        expect_same_as_without();
    }
}

TEST_F(SnapshotOpening, WithAnyByteFlippedIsAsWithoutIt)
{
    fill(12);
    const auto good = read_file(snapshot());
    const auto expected = view(false, false);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bytes = good;
        bytes[i] = static_cast<char>(bytes[i] ^ (1 << i % 8));
        write_file(snapshot(), bytes);
        for (const bool on_demand : {false, true}) {
            options_.index_on_demand = on_demand;
            ASSERT_EQ(view(true, false), expected) << "byte " << i;
        }
    }
}

TEST_F(SnapshotOpening, CutAnywhereIsAsWithoutIt)
{
    fill(12);
    const auto good = read_file(snapshot());
    const auto expected = view(false, false);
    for (std::size_t size = 0; size < good.size(); ++size) {
        write_file(snapshot(), good.substr(0, size));
        ASSERT_EQ(view(true, false), expected) << "after " << size << " bytes";
        ASSERT_FALSE(used());
    }
    write_file(snapshot(), good + "x");
    expect_unused();
}

TEST_F(SnapshotOpening, OfAnotherStoreIsNotUsed)
{
    fill(40);
    const auto other = read_file(snapshot());
    std::filesystem::remove_all(path());
    fill(40);
    write_file(snapshot(), other);
    expect_unused();
}

TEST_F(SnapshotOpening, OfAnyEarlierOrLaterStateIsAsWithoutIt)
{
    std::vector<std::pair<std::string, std::map<std::string, std::string>>> states;
    for (int i = 0; i < 12; ++i) {
        const auto store = open();
        set(*store, "key " + std::to_string(i % 5), "value " + std::to_string(i));
        if (i % 4 == 3) {
            ASSERT_TRUE(store->remove("key " + std::to_string(i % 5)));
            ASSERT_TRUE(store->compact());
        }
        ASSERT_TRUE(store->close());
        states.emplace_back(read_file(snapshot()), files_in(path()));
    }
    for (const auto& [ignored, files] : states) {
        std::filesystem::remove_all(path());
        std::filesystem::create_directory(path());
        for (const auto& [name, bytes] : files) {
            write_file(path() / name, bytes);
        }
        for (const auto& [bytes, other_files] : states) {
            write_file(snapshot(), bytes);
            expect_same_as_without();
        }
    }
}

TEST_F(SnapshotOpening, IsNotUsedOverSegmentsThatChangedBehindIt)
{
    fill(40);
    const auto files = files_in(path());
    const auto segments = segments_in(path());
    ASSERT_GT(segments.size(), 3U);
    const auto restore = [&] {
        for (const auto& [name, bytes] : files) {
            write_file(path() / name, bytes);
        }
    };
    for (const auto& segment : segments) {
        SCOPED_TRACE(segment);
        std::filesystem::remove(segment);
        expect_unused();
        restore();
    }
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
        SCOPED_TRACE(i);
        const auto bytes = read_file(segments[i]);
        change(segments[i], read_file(segments[i + 1]));
        expect_unused();
        change(segments[i + 1], bytes);
        expect_unused();
        restore();
        for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 2}) {
            auto flipped = bytes;
            flipped[at] = static_cast<char>(flipped[at] ^ 1);
            change(segments[i], flipped);
            expect_unused();
        }
        change(segments[i], bytes.substr(0, bytes.size() - 1));
        expect_unused();
        change(segments[i], bytes + "\n");
        expect_unused();
        restore();
    }
    std::filesystem::copy(segments[1], segment(1000));
    expect_same_as_without();
}

TEST_F(SnapshotOpening, WithTheLastSegmentCutAnywhereIsAsWithoutIt)
{
    fill(40);
    options_.snapshot_bytes = 1 << 20;
    auto store = open();
    set(*store, "after", "the snapshot");
    ASSERT_TRUE(store->close());
    forget_lock();
    const auto last = segments_in(path()).back();
    const auto bytes = read_file(last);
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        write_file(last, bytes.substr(0, size));
        expect_same_as_without();
        ASSERT_FALSE(HasFailure()) << "after " << size << " bytes";
    }
}

// Every call on the snapshot's file, or on the one that becomes it, fails.
TEST_F(SnapshotOpening, ThatCannotBeWrittenOrReadKeepsTheStoreGoing)
{
    for (int failing = 0, calls = 1; failing < calls; ++failing) {
        std::filesystem::remove_all(path());
        calls = 0;
        FaultyFiles files({.before = [&](const FileCall& call) -> std::optional<Fault> {
                               const bool ours = call.name == "snapshot.tmp" || call.name == "index.snapshot";
                               if (!ours || calls++ != failing) {
                                   return std::nullopt;
                               }
                               return Fault{.os_error = call.call == Call::write ? ENOSPC : EIO, .written = 5};
                           },
                           .after = {}});
        Map expected;
        for (int i = 0; i < 3; ++i) {
            const auto store = open(files);
            set(*store, "key " + std::to_string(i), "value");
            expected["key " + std::to_string(i)] = "value";
            ASSERT_TRUE(store->compact());
            expect_content(*store, expected);
            ASSERT_TRUE(store->close());
        }
        expect_same_as_without();
        EXPECT_GT(calls, 10);
    }
}

}  // namespace
}  // namespace bytestore::test
