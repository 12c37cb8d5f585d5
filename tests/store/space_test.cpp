// Space on the disk is taken before it is needed; a full disk refuses what does not fit, keeps its promises, and stops
// nothing.
#include "engine/record_size.h"
#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <cerrno>

namespace bytestore::test {
namespace {

constexpr std::uint64_t kKiB = 1024;

// On a disk that is full, no file gets more than it has; what it has taken ahead it can use.
class SpaceTest : public StoreTest {
protected:
    std::optional<Fault> fault_of(const FileCall& call) const
    {
        return full_ && call.call == Call::reserve ? std::optional(Fault{.os_error = ENOSPC}) : std::nullopt;
    }
    static Batch setting(const std::string& key, const std::string& value)
    {
        Batch batch;
        batch.set(key, value, {.mtime = 1});
        return batch;
    }
    static Batch drawing(const std::string& key, const std::string& value, Reservation& reservation)
    {
        auto batch = setting(key, value);
        batch.draw_on(reservation);
        return batch;
    }
    // As a daemon's, which takes its spare at once; "a" was set twice.
    std::unique_ptr<Store> open_daemon_with_a_dead_record(FileSystem& files)
    {
        options_.housekeeping_thread = true;
        auto store = open(files);
        set(*store, "a", "1");
        set(*store, "a", "2");
        return store;
    }
    // Until the space that was taken ahead is used up as well.
    int fill(Store& store, const std::string& value)
    {
        full_ = true;
        int count = 0;
        while (store.set("fill" + std::to_string(count), value, {.mtime = 1})) {
            ++count;
        }
        while (store.set("f", "", {.mtime = 1})) {
        }
        return count;
    }
    std::uint64_t bytes_on_disk(std::uint64_t number) const
    {
        struct stat st{};
        ::stat(segment(number).c_str(), &st);
        return static_cast<std::uint64_t>(st.st_blocks) * 512;
    }

    bool full_ = false;
    FaultyFiles files_{{.before = [this](const FileCall& call) { return fault_of(call); }, .after = {}}};
};

TEST_F(SpaceTest, ACommitThatDoesNotFitFailsBeforeItWrites)
{
    const auto store = open(files_);
    set(*store, "a", "1");
    fill(*store, "x");
    const auto before = read_file(segment(0));
    for (const std::uint64_t size : {0U, 1U, 1000U, 100'000U, 3'000'000U}) {
        EXPECT_EQ(code_of(store->set("a", std::string(size, 'x'), {.mtime = 1})), Errc::no_space);
    }
    EXPECT_TRUE(read_file(segment(0)) == before);
    EXPECT_TRUE(store->writable());
}

TEST_F(SpaceTest, WritesAreTakenAgainAsSoonAsThereIsRoom)
{
    const auto store = open(files_);
    for (int round = 0; round < 5; ++round) {
        fill(*store, std::string(10'000, 'x'));
        full_ = false;
        set(*store, "a", std::to_string(round));
    }
    EXPECT_EQ(store->get("a").value(), "4");
}

TEST_F(SpaceTest, WhatWasReservedCanBeCommittedOnAFullDisk)
{
    const auto store = open(files_);
    for (std::size_t size = 1; size < 2'000'000; size *= 5) {
        for (const char byte : {'x', '"', '\0', '\1', '\xff', '\n'}) {
            full_ = false;
            const std::string value(size, byte);
            Reservation reservation;
            ASSERT_TRUE(store->reserve(reservation, set_bytes("k", Kind::bytes, size, escaped_bytes(value))));
            fill(*store, std::string(100'000, 'f'));
            ASSERT_TRUE(store->apply(drawing("k", value, reservation))) << size << ' ' << static_cast<int>(byte);
            EXPECT_EQ(reservation.bytes(), 0U);
            EXPECT_EQ(store->get("k").value(), value);
        }
    }
}

TEST_F(SpaceTest, WhatWasReservedAndIsNotUsedIsGivenBack)
{
    const auto store = open(files_);
    Reservation kept;
    ASSERT_TRUE(store->reserve(kept, 500 * kKiB));
    fill(*store, std::string(1000, 'x'));
    EXPECT_EQ(code_of(store->reserve(kept, 10'000 * kKiB)), Errc::no_space);
    EXPECT_EQ(kept.bytes(), 500 * kKiB);
    kept.release();
    EXPECT_GT(fill(*store, std::string(1000, 'y')), 250);
}

TEST_F(SpaceTest, ABatchThatFailedKeepsItsReservation)
{
    const auto store = open(files_);
    Reservation reservation;
    ASSERT_TRUE(store->reserve(reservation, 10 * kKiB));
    auto batch = drawing("k", "v", reservation);
    batch.copy("missing", "there", {.mtime = 1});
    EXPECT_EQ(code_of(store->apply(batch)), Errc::not_found);
    EXPECT_EQ(reservation.bytes(), 10 * kKiB);
}

TEST_F(SpaceTest, RemovalsHaveASpare)
{
    const auto store = open(files_);
    set(*store, "first", "1");
    fill(*store, "x");
    for (int i = 0; i < 30; ++i) {
        Batch batch;
        batch.remove("fill" + std::to_string(i));
        batch.set("marker", "", {.mtime = 1});
        ASSERT_TRUE(store->apply(batch)) << i;
        EXPECT_EQ(code_of(store->set("a", "", {.mtime = 1})), Errc::no_space);
        batch.remove("f");
        batch.set("a", "value", {.mtime = 1});
        EXPECT_EQ(code_of(store->apply(batch)), Errc::no_space);
    }
}

TEST_F(SpaceTest, RemovalsThatUseUpTheSpareLeaveRoomToSeal)
{
    const auto store = open(files_);
    Batch keys;
    for (int i = 0; i < 6000; ++i) {
        keys.set("k" + std::to_string(i), "v", {.mtime = 1});
    }
    ASSERT_TRUE(store->apply(keys));
    fill(*store, "x");
    int removed = 0;
    while (store->remove("k" + std::to_string(removed))) {
        ++removed;
    }
    EXPECT_GT(removed, 2000);
    EXPECT_LT(removed, 6000);
    full_ = false;
    EXPECT_TRUE(store->compact());
    EXPECT_TRUE(store->remove("k" + std::to_string(removed)));
}

TEST_F(SpaceTest, RemovalsThatUseTheSpareLeaveWritersWhatTheyReserved)
{
    const auto store = open(files_);
    const std::string value(1000, 'v');
    Reservation reservation;
    ASSERT_TRUE(store->reserve(reservation, set_bytes("k", Kind::bytes, value.size(), value.size())));
    fill(*store, "x");
    ASSERT_TRUE(store->remove("fill0"));
    EXPECT_TRUE(store->apply(drawing("k", value, reservation)));
}

TEST_F(SpaceTest, ACompactionThatSealsTheLastSegmentTakesTheNextSpareAtOnce)
{
    const auto store = open_daemon_with_a_dead_record(files_);
    ASSERT_TRUE(store->compact());
    full_ = true;
    EXPECT_TRUE(store->remove("a"));
}

TEST_F(SpaceTest, ADiskThatOthersFillDuringACompactionLeavesTheSpare)
{
    FaultyFiles files({.before = [&](const FileCall& call) -> std::optional<Fault> {
                           full_ = full_ || (call.name == "compaction.tmp" && call.call == Call::write);
                           const bool fails = full_ && (call.call == Call::reserve || call.name == "next.tmp");
                           return fails ? std::optional(Fault{.os_error = ENOSPC}) : std::nullopt;
                       },
                       .after = {}});
    const auto store = open_daemon_with_a_dead_record(files);
    ASSERT_TRUE(store->compact());
    ASSERT_TRUE(full_);
    EXPECT_TRUE(store->remove("a"));
}

// Two requests for all of the spare and one for half of it fail; then others fill the disk.
TEST_F(SpaceTest, ACompactionThatSealsTheLastSegmentTakesWhatThereIsOfTheNextSpare)
{
    enum class Disk : std::uint8_t { roomy, tight, full } disk = Disk::roomy;
    int refused = 0;
    FaultyFiles files({.before =
                           [&](const FileCall& call) {
                               const bool fails = disk == Disk::tight ? call.call == Call::reserve && ++refused <= 3
                                                  : disk == Disk::full
                                                      ? call.call == Call::reserve || call.name == "next.tmp"
                                                      : false;
                               return fails ? std::optional(Fault{.os_error = ENOSPC}) : std::nullopt;
                           },
                       .after = {}});
    const auto store = open_daemon_with_a_dead_record(files);
    disk = Disk::tight;
    ASSERT_TRUE(store->compact());
    EXPECT_GT(refused, 3);
    disk = Disk::full;
    EXPECT_TRUE(store->remove("a"));
}

TEST_F(SpaceTest, AStoreThatIsOpenedTakesItsSpareAtOnce)
{
    options_.housekeeping_thread = true;
    set(*open(files_), "a", "1");
    const auto store = open(files_);
    full_ = true;
    EXPECT_TRUE(store->remove("a"));
}

TEST_F(SpaceTest, AFullSegmentGoesOnWhenThereIsNoRoomForAnother)
{
    options_.segment_size = 2000;
    const auto store = open(files_);
    const std::string value(300, 'v');
    std::vector<Reservation> reservations(20);
    for (auto& reservation : reservations) {
        ASSERT_TRUE(store->reserve(reservation, set_bytes("00", Kind::bytes, value.size(), value.size())));
    }
    full_ = true;
    Map expected;
    for (auto& reservation : reservations) {
        const auto key = std::to_string(expected.size());
        ASSERT_TRUE(store->apply(drawing(key, value, reservation)));
        expected[key] = value;
    }
    EXPECT_EQ(segments_in(path()).size(), 1U);
    EXPECT_FALSE(exists(path() / "next.tmp"));
    full_ = false;
    set(*store, "more", "1");
    expected["more"] = "1";
    EXPECT_EQ(segments_in(path()).size(), 2U);
    EXPECT_EQ(content_of(path()), expected);
}

TEST_F(SpaceTest, PromisesMoveToTheNextSegment)
{
    options_.segment_size = 2000;
    const auto store = open(files_);
    Reservation reservation;
    const auto bytes = set_bytes("k", Kind::bytes, 800 * kKiB, 800 * kKiB);
    ASSERT_TRUE(store->reserve(reservation, bytes));
    set(*store, "a", std::string(1500, 'x'));
    set(*store, "b", std::string(1500, 'x'));
    ASSERT_TRUE(store->compact());
    ASSERT_EQ(segments_in(path()).size(), 2U);
    EXPECT_GE(bytes_on_disk(1), bytes);
    EXPECT_LE(bytes_on_disk(0), 64 * kKiB);
    full_ = true;
    EXPECT_TRUE(store->apply(drawing("k", std::string(800 * kKiB, 'x'), reservation)));
}

TEST_F(SpaceTest, ACompactionWithoutRoomFailsAndTheStoreGoesOn)
{
    bool no_temporary = false;
    FaultyFiles files({.before =
                           [&](const FileCall& call) {
                               const bool fails =
                                   no_temporary && call.name == "compaction.tmp" && call.call == Call::write;
                               return fails ? std::optional(Fault{.os_error = ENOSPC, .written = 9}) : std::nullopt;
                           },
                       .after = {}});
    const auto store = open(files);
    set(*store, "a", "1");
    set(*store, "a", "2");
    no_temporary = true;
    EXPECT_EQ(code_of(store->compact()), Errc::no_space);
    EXPECT_FALSE(exists(path() / "compaction.tmp"));
    EXPECT_GE(bytes_on_disk(1), 256 * kKiB);  // the spare of the segment that follows
    EXPECT_TRUE(store->remove("a"));
    no_temporary = false;
    EXPECT_TRUE(store->compact());
    expect_content(*store, {});
}

TEST_F(SpaceTest, ACompactionBeginsWithTheSegmentThatNeedsTheLeastRoom)
{
    options_.segment_size = 20'000;
    int writes = 0;
    std::vector<std::uint64_t> sizes;
    FaultyFiles files(
        {.before = [&](const FileCall& call) -> std::optional<Fault> {
             const bool first = call.name == "compaction.tmp" && call.call == Call::write && writes++ == 0;
             return first ? std::optional(Fault{.os_error = ENOSPC}) : std::nullopt;
         },
         .after =
             [&](const FileCall& call) {
                 for (int i = 0; call.call == Call::rename && call.name == "compaction.tmp" && i < 4; ++i) {
                     sizes.push_back(std::filesystem::file_size(segment(i)));
                 }
             }});
    const auto store = open(files);
    for (const std::string key : {"a", "b", "c", "d"}) {
        set(*store, key + "old", std::string(key == "c" ? 15'000 : 5'000, 'x'));
        set(*store, key, std::string(key == "c" ? 100 : 10'000, 'x'));
    }
    for (const std::string key : {"aold", "bold", "cold", "dold"}) {
        set(*store, key, "new");
    }
    EXPECT_TRUE(store->compact());
    ASSERT_GE(sizes.size(), 4U);
    EXPECT_GT(sizes[0], 10'000U);
    EXPECT_GT(sizes[1], 10'000U);
    EXPECT_LT(sizes[2], 2'000U);
    EXPECT_EQ(store->stats().dead_bytes, 0U);
}

TEST_F(SpaceTest, AFileSystemThatCannotTakeSpaceInAdvanceIsAskedOnce)
{
    int asked = 0;
    FaultyFiles files({.before = [&](const FileCall& call) -> std::optional<Fault> {
                           asked += call.call == Call::reserve ? 1 : 0;
                           return call.call == Call::reserve ? std::optional(Fault{.os_error = EOPNOTSUPP})
                                                             : std::nullopt;
                       },
                       .after = {}});
    const auto store = open(files);
    for (int i = 0; i < 10; ++i) {
        set(*store, std::to_string(i), std::string(1'000'000, 'x'));
    }
    Reservation reservation;
    EXPECT_TRUE(store->reserve(reservation, kKiB));
    EXPECT_EQ(code_of(store->reserve(reservation, std::uint64_t{1} << 60)), Errc::no_space);
    EXPECT_EQ(asked, 1);
}

TEST_F(SpaceTest, ManySmallWritesAskSeldom)
{
    int asked = 0;
    FaultyFiles files(
        {.before = {}, .after = [&](const FileCall& call) { asked += call.call == Call::reserve ? 1 : 0; }});
    const auto store = open(files);
    Reservation reservation;
    for (std::uint64_t bytes = 0; bytes < 32'000 * kKiB; bytes += 4 * kKiB) {
        ASSERT_TRUE(store->reserve(reservation, bytes));
    }
    EXPECT_LE(asked, 20);
}

TEST_F(SpaceTest, AClosedStoreKeepsItsSpareAndNotMuchMore)
{
    {
        const auto store = open(files_);
        for (int i = 0; i < 200; ++i) {
            set(*store, "k", std::string(50'000, 'x'));
        }
        EXPECT_GT(bytes_on_disk(0), std::filesystem::file_size(segment(0)) + 1000 * kKiB);
    }
    const auto size = std::filesystem::file_size(segment(0));
    EXPECT_GE(bytes_on_disk(0), size + 200 * kKiB);
    EXPECT_LE(bytes_on_disk(0), size + 600 * kKiB);
}

TEST_F(SpaceTest, AStoreThatTakesNoWritesPromisesNothing)
{
    {
        open(files_);
    }
    const auto store = read();
    Reservation reservation;
    EXPECT_EQ(code_of(store->reserve(reservation, 1)), Errc::read_only);
}

TEST_F(SpaceTest, TheNextSegmentNeverTakesThePlaceOfAFileThatAnotherProgramMade)
{
    const auto store = open(files_);
    write_file(segment(0), "{\"cmd\":\"Set\",\"key\":\"a\",\"value\":\"1\"}\n");
    EXPECT_EQ(code_of(store->set("b", "2", {.mtime = 1})), Errc::foreign_writer);
    EXPECT_EQ(content_of(path()), (Map{{"a", "1"}}));
}

}  // namespace
}  // namespace bytestore::test
