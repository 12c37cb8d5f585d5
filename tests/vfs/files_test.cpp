// Contents of open files, and what becomes of failed writes: design 5.
#include "tests/support/faulty_files.h"
#include "tests/vfs/mount.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>

namespace bytestore::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::uint64_t kMaxValue = 1000;

Options small_values()
{
    auto options = without_compaction();
    options.max_value = kMaxValue;
    return options;
}

class Files : public ::testing::Test {
protected:
    Files()
        : mount(small_values())
    {
        mount.write("f", "0123456789");
    }

    Mount mount;
};

TEST_F(Files, EveryHandleSeesTheSameBytes)
{
    auto first = mount.open_to_write("f");
    auto second = mount.open_to_write("f");
    auto reader = mount.open_to_read("f");
    for (int i = 0; i < 10; ++i) {
        (i % 2 == 0 ? first : second).write(static_cast<std::uint64_t>(i), "x");
        const auto expected =
            std::string(static_cast<std::size_t>(i) + 1, 'x') + std::string("0123456789").substr(i + 1);
        for (auto* handle : {&first, &second, &reader}) {
            EXPECT_EQ(handle->read(), expected);
        }
    }
    EXPECT_EQ(mount.stat("f")->size, 10);
}

TEST_F(Files, PartialReadsAreSlices)
{
    const std::string large(500'000, 'l');
    Mount wide;
    wide.write("large", large + "end");
    mount.write("f", "0123456789");
    for (std::size_t offset = 0; offset < 12; ++offset) {
        for (std::size_t size = 0; size < 12; ++size) {
            EXPECT_EQ(mount.open_to_read("f").read(offset, size),
                      std::string("0123456789").substr(std::min<std::size_t>(offset, 10), size));
        }
    }
    auto reader = wide.open_to_read("large");
    EXPECT_EQ(reader.read(499'999, 100), "lend");
    EXPECT_EQ(reader.read(500'003, 100), "");
    EXPECT_EQ(reader.read(1'000'000, 100), "");
}

TEST_F(Files, WritesBehindTheEndLeaveZeros)
{
    auto file = mount.create("sparse");
    EXPECT_EQ(file.write(5, "x"), 0);
    EXPECT_EQ(file.read(), std::string(5, '\0') + "x");
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.after_crash("sparse"), std::string(5, '\0') + "x");
}

TEST_F(Files, TruncationsCutAndGrow)
{
    EXPECT_EQ(mount.change("f", {.size = 3}), 0);
    EXPECT_EQ(mount.after_crash("f"), "012");
    EXPECT_EQ(mount.change("f", {.size = 5}), 0);
    EXPECT_EQ(mount.after_crash("f"), std::string("012\0\0", 5));
    auto file = mount.open_to_write("f");
    EXPECT_EQ(file.truncate(1), 0);
    EXPECT_EQ(mount.change("f", {.size = 2}), 0);
    EXPECT_EQ(file.stat().size, 2);
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.after_crash("f"), std::string("0\0", 2));
}

TEST_F(Files, AllocatingGrowsAFileWithZerosAndNeverCutsIt)
{
    for (const std::uint64_t end : {5U, 10U, 17U, 12U}) {
        auto file = mount.open_to_write("f");
        const auto before = file.read();
        EXPECT_EQ(file.allocate(end / 2, end - end / 2), 0);
        EXPECT_EQ(file.read(), before + std::string(end > before.size() ? end - before.size() : 0, '\0'));
        EXPECT_EQ(file.close(), 0);
    }
    EXPECT_EQ(mount.read("f"), std::string("0123456789") + std::string(7, '\0'));
}

TEST_F(Files, AllocatingTooMuchChangesNothing)
{
    auto file = mount.open_to_write("f");
    EXPECT_EQ(file.allocate(1, kMaxValue), EFBIG);
    EXPECT_EQ(file.write(0, "x"), 0);
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("f"), "x123456789");
}

TEST_F(Files, TheLastCloseOfSeveralWritersWins)
{
    auto first = mount.open_truncating("f");
    first.write(0, "first");
    auto second = mount.open_truncating("f");
    second.write(0, "second");
    EXPECT_EQ(first.close(), 0);
    EXPECT_EQ(mount.after_crash("f"), "second");
    second.write(6, "!");
    EXPECT_EQ(second.close(), 0);
    EXPECT_EQ(mount.after_crash("f"), "second!");
}

TEST_F(Files, AValueMayBeAsLargeAsMaxValue)
{
    EXPECT_EQ(mount.write("g", std::string(kMaxValue, 'x')), 0);
    EXPECT_EQ(mount.after_crash("g"), std::string(kMaxValue, 'x'));
    EXPECT_EQ(mount.change("f", {.size = kMaxValue}), 0);
    EXPECT_EQ(mount.change("f", {.size = kMaxValue + 1}), EFBIG);
    EXPECT_EQ(mount.stat("f")->size, kMaxValue);
}

TEST_F(Files, AWriteThatIsTooLargeFailsTheWholeFile)
{
    auto file = mount.open_truncating("f");
    const auto ino = file.stat().ino;
    EXPECT_EQ(file.write(0, "begun"), 0);
    EXPECT_EQ(file.write(kMaxValue, "x"), EFBIG);
    EXPECT_EQ(file.write(0, "small"), EFBIG);
    EXPECT_EQ(file.flush(), EFBIG);
    EXPECT_EQ(file.sync(), EFBIG);
    EXPECT_EQ(file.close(), EFBIG);
    EXPECT_THAT(mount.invalidated().contents, Contains(ino));
    EXPECT_EQ(mount.read("f"), "0123456789");
    EXPECT_EQ(mount.stat("f")->size, 10);
    EXPECT_EQ(mount.records().size(), 1);
}

TEST_F(Files, ANewFileWhoseWriteFailedVanishes)
{
    mount.mkdir("d");
    auto file = mount.create("d/g");
    EXPECT_EQ(file.write(kMaxValue, "x"), EFBIG);
    EXPECT_EQ(mount.write(".control/sync", "1\n"), 0);
    EXPECT_EQ(file.close(), EFBIG);
    EXPECT_THAT(mount.invalidated().entries, ElementsAre(Pair(mount.ino("d"), "g")));
    EXPECT_EQ(mount.read("d/g"), "errno 2");
    EXPECT_EQ(mount.rmdir("d"), 0);
    EXPECT_THAT(mount.records(), ::testing::Each(::testing::Not(::testing::HasSubstr("d:g"))));
}

TEST_F(Files, AFailedFileCanBeRenamedWithItsOldValue)
{
    auto file = mount.open_truncating("f");
    EXPECT_EQ(file.write(kMaxValue, "x"), EFBIG);
    EXPECT_EQ(mount.mv("f", "g"), 0);
    EXPECT_EQ(file.close(), EFBIG);
    EXPECT_EQ(mount.read("g"), "0123456789");
    auto created = mount.create("new");
    EXPECT_EQ(created.write(kMaxValue, "x"), EFBIG);
    EXPECT_EQ(mount.mv("new", "h"), EFBIG);
}

TEST_F(Files, AnUnlinkedFileKeepsItsContentUntilItsLastClose)
{
    auto reader = mount.open_to_read("f");
    auto writer = mount.open_to_write("f");
    EXPECT_EQ(mount.rm("f"), 0);
    EXPECT_EQ(mount.read("f"), "errno 2");
    EXPECT_EQ(reader.read(), "0123456789");
    EXPECT_EQ(reader.stat().links, 0);
    EXPECT_EQ(writer.write(0, "x"), 0);
    EXPECT_EQ(writer.close(), 0);
    EXPECT_EQ(reader.read(), "x123456789");
    EXPECT_EQ(reader.change({.mode = 0600}), 0);
    EXPECT_EQ(reader.stat().mode, 0600);
    EXPECT_EQ(reader.truncate(4), 0);
    EXPECT_EQ(reader.read(), "x123");
    EXPECT_EQ(reader.close(), 0);
    EXPECT_EQ(mount.after_crash("f"), std::nullopt);
}

TEST_F(Files, AnUnlinkedFileThatIsOnlyReadCanBeTruncated)
{
    auto reader = mount.open_to_read("f");
    EXPECT_EQ(mount.rm("f"), 0);
    EXPECT_EQ(reader.truncate(4), 0);
    EXPECT_EQ(reader.read(), "0123");
    EXPECT_EQ(reader.stat().size, 4);
    EXPECT_EQ(mount.records().size(), 2);
}

TEST_F(Files, ANameCanBeUsedAgainWhileTheOldFileIsOpen)
{
    auto old = mount.open_to_write("f");
    EXPECT_EQ(mount.rm("f"), 0);
    EXPECT_EQ(mount.write("f", "new"), 0);
    EXPECT_EQ(old.write(0, "old"), 0);
    EXPECT_NE(old.stat().ino, mount.stat("f")->ino);
    EXPECT_EQ(old.close(), 0);
    EXPECT_EQ(mount.read("f"), "new");
    EXPECT_EQ(mount.after_crash("f"), "new");
}

// The kernel opens what it looked up just before, even if another process removed it in between.
TEST_F(Files, WhatWasRemovedCanBeOpenedAsLongAsTheKernelKnowsIt)
{
    const auto ino = mount.ino("f");
    const auto content = mount.read("f");
    EXPECT_EQ(mount.rm("f"), 0);
    for (int i = 0; i < 2; ++i) {
        auto handle = mount.filesystem().open(ino, {});
        ASSERT_TRUE(handle);
        EXPECT_EQ(mount.filesystem().read(**handle, 0, 100)->view, content);
        EXPECT_TRUE(mount.filesystem().release(std::move(*handle)));
    }
    EXPECT_EQ(errno_of(mount.filesystem().open(fs::kRootIno, {})), EISDIR);
}

TEST_F(Files, TimesAndModesPersist)
{
    const auto owner = mount.stat("f");
    mount.change("f", {.mode = 0600, .uid = 12, .gid = 34});
    mount.change("f", {.atime = 111, .mtime = 222});
    const auto changed = *mount.stat("f");
    EXPECT_EQ(changed.mtime, 222);
    EXPECT_EQ(changed.atime, 111);
    EXPECT_GE(changed.ctime, owner->ctime);
    for (const bool compacts : {false, true}) {
        compacts ? mount.compact() : mount.remount();
        const auto now = *mount.stat("f");
        EXPECT_EQ(std::tie(now.mode, now.uid, now.gid, now.atime, now.mtime, now.ctime),
                  std::tie(changed.mode, changed.uid, changed.gid, changed.atime, changed.mtime, changed.ctime));
    }
}

TEST_F(Files, AWriteMovesTheTimesAndAReadNone)
{
    mount.change("f", {.atime = 111, .mtime = 222});
    const auto before = *mount.stat("f");
    EXPECT_EQ(mount.read("f"), "0123456789");
    EXPECT_EQ(mount.stat("f")->atime, 111);
    EXPECT_EQ(mount.stat("f")->ctime, before.ctime);
    mount.append("f", "x");
    const auto after = *mount.stat("f");
    EXPECT_GT(after.mtime, before.ctime);
    EXPECT_EQ(after.ctime, after.mtime);
    EXPECT_EQ(after.atime, 111);
}

constexpr std::uint64_t kMaxDirty = 100;

class DirtyLimit : public ::testing::Test {
protected:
    DirtyLimit()
    {
        for (const auto* name : {"a", "b", "c"}) {
            mount.write(name, std::string(60, *name));
        }
    }

    Mount mount{without_compaction(), posix_file_system(), kMaxDirty};
};

TEST_F(DirtyLimit, AWriteBeyondItFailsAndTheOldValueStands)
{
    auto first = mount.open_to_write("a");
    auto second = mount.open_to_write("b");
    EXPECT_EQ(first.write(0, std::string(50, 'A')), 0);
    EXPECT_EQ(second.write(0, "B"), ENOSPC);
    EXPECT_EQ(second.close(), ENOSPC);
    EXPECT_EQ(first.close(), 0);
    EXPECT_EQ(mount.read("a"), std::string(50, 'A') + std::string(10, 'a'));
    EXPECT_EQ(mount.read("b"), std::string(60, 'b'));
}

TEST_F(DirtyLimit, TheLastErrorNamesTheFileAsItIsKnownNow)
{
    const auto last_error = [&] { return mount.read(".control/last-error"); };
    ASSERT_EQ(mount.mkdir("d"), 0);
    auto file = mount.create("d/f");
    EXPECT_EQ(file.write(0, std::string(kMaxDirty + 1, 'x')), ENOSPC);
    EXPECT_EQ(file.flush(), ENOSPC);
    EXPECT_THAT(last_error(), HasSubstr(" close: d/f: "));
    EXPECT_EQ(mount.mv("d/f", "d/g"), ENOSPC);
    EXPECT_EQ(mount.mv("d", "e"), 0);
    EXPECT_EQ(file.flush(), ENOSPC);
    EXPECT_THAT(last_error(), HasSubstr(" close: e/f: "));
    EXPECT_EQ(mount.rm("e/f"), 0);
    EXPECT_EQ(mount.write("e/f", "another"), 0);
    EXPECT_EQ(file.close(), ENOSPC);
    EXPECT_THAT(last_error(), HasSubstr(" close: e/f (removed): "));
}

TEST_F(DirtyLimit, WhatIsStoredDoesNotCount)
{
    std::vector<OpenFile> open;
    for (const auto* name : {"a", "b", "c"}) {
        open.push_back(mount.open_to_write(name));
        EXPECT_EQ(open.back().write(0, "x"), 0);
        EXPECT_EQ(open.back().flush(), 0);
    }
    for (auto& file : open) {
        EXPECT_EQ(file.read(0, 2).front(), 'x');
        EXPECT_EQ(file.write(1, "y"), 0);
        EXPECT_EQ(file.close(), 0);
    }
    EXPECT_EQ(mount.read("a"), "xy" + std::string(58, 'a'));
}

TEST_F(DirtyLimit, IsThereAgainOnceFilesAreClosedHoweverTheyEnded)
{
    for (int round = 0; round < 5; ++round) {
        auto file = mount.open_to_write("a");
        EXPECT_EQ(file.write(0, std::string(kMaxDirty, 'A')), 0);
        EXPECT_EQ(file.write(kMaxDirty, "x"), ENOSPC);
        EXPECT_EQ(file.close(), ENOSPC);
        EXPECT_EQ(mount.change("b", {.size = kMaxDirty}), 0);
        EXPECT_EQ(mount.change("b", {.size = kMaxDirty + 1}), ENOSPC);
        auto removed = mount.open_to_write("b");
        EXPECT_EQ(removed.write(0, std::string(kMaxDirty, 'B')), 0);
        EXPECT_EQ(mount.rm("b"), 0);
        EXPECT_EQ(removed.close(), 0);
        EXPECT_EQ(mount.write("b", std::string(60, 'b')), 0);
    }
}

TEST_F(DirtyLimit, OfAValueThatIsLongerWhatATruncationLeavesHasToFit)
{
    for (const std::size_t length : {kMaxDirty + 1, std::uint64_t{3} << 20}) {
        std::string value(length, 'v');
        value[1] = '"';
        for (const std::uint64_t size : {0, 1, 2, 60, 100}) {
            mount.kvs_set("v", value);
            EXPECT_EQ(mount.change("v", {.size = size}), 0);
            EXPECT_EQ(mount.after_crash("v"), value.substr(0, size));
            mount.kvs_set("v", value);
            auto file = mount.open_to_write("v");
            EXPECT_EQ(file.truncate(kMaxDirty + 1), ENOSPC);
            EXPECT_EQ(file.stat().size, length);
            EXPECT_EQ(file.read(0, 3), value.substr(0, 3));
            EXPECT_EQ(file.truncate(size), 0);
            EXPECT_EQ(file.write(99, "x"), 0);
            EXPECT_EQ(file.close(), 0);
            auto text = value.substr(0, std::min<std::size_t>(size, 99));
            text.resize(99, '\0');
            EXPECT_EQ(mount.after_crash("v"), text + "x");
        }
    }
}

class StoppedStore : public ::testing::Test {
protected:
    StoppedStore()
        : files({.before = [this](const FileCall& call) -> std::optional<Fault> {
                     const bool log = call.name.starts_with("log-");
                     return broken && log && (call.call == Call::write || call.call == Call::truncate)
                                ? std::optional(Fault{.os_error = EIO})
                                : std::nullopt;
                 },
                 .after = [](const FileCall&) {}}),
          mount(without_compaction(), files)
    {
        mount.write("f", "old");
    }
    // The next write stops the store.
    void stop()
    {
        broken = true;
        EXPECT_EQ(mount.write("stopper", "x"), EIO);
    }

    std::atomic<bool> broken = false;
    FaultyFiles files;
    Mount mount;
};

TEST_F(StoppedStore, RefusesToOpenForWritingAndGoesOnReading)
{
    stop();
    EXPECT_EQ(mount.write("f", "new"), EIO);
    EXPECT_EQ(mount.write("g", "new"), EIO);
    EXPECT_EQ(mount.mkdir("d"), EIO);
    EXPECT_EQ(mount.rm("f"), EIO);
    EXPECT_EQ(mount.mv("f", "g"), EIO);
    EXPECT_EQ(mount.change("f", {.mode = 0600}), EIO);
    EXPECT_EQ(mount.read("f"), "old");
    EXPECT_EQ(mount.stat("f")->mode, 0644);
}

TEST_F(StoppedStore, FailsTheWritesOfOpenFilesAndRepeatsIt)
{
    auto untouched = mount.open_to_write("f");
    auto created = mount.create("new");
    stop();
    EXPECT_EQ(untouched.change({.mode = 0600}), EIO);
    EXPECT_EQ(untouched.write(0, "new"), EIO);
    EXPECT_EQ(untouched.flush(), EIO);
    EXPECT_EQ(untouched.sync(), EIO);
    EXPECT_EQ(untouched.close(), EIO);
    EXPECT_EQ(mount.read("f"), "old");
    EXPECT_EQ(created.release(), EIO);
    EXPECT_EQ(mount.read("new"), "errno 2");
}

TEST_F(StoppedStore, ACommitThatFailedIsRepeatedAndGivenUpAtTheLastClose)
{
    auto file = mount.open_to_write("f");
    const auto ino = file.stat().ino;
    EXPECT_EQ(file.write(0, "new"), 0);
    stop();
    EXPECT_EQ(mount.read("f"), "new");
    EXPECT_EQ(file.flush(), EIO);
    EXPECT_EQ(file.flush(), EIO);
    EXPECT_EQ(file.close(), EIO);
    EXPECT_EQ(mount.read("f"), "old");
    EXPECT_THAT(mount.invalidated().contents, Contains(ino));
}

TEST(ReadOnlyStore, RefusesEveryWrite)
{
    auto options = without_compaction();
    options.read_only = true;
    Mount mount(options);
    EXPECT_EQ(mount.write("new", "x"), EROFS);
    EXPECT_EQ(mount.mkdir("d"), EROFS);
    EXPECT_EQ(mount.symlink("x", "l"), EROFS);
}

class Pushed : public ::testing::Test {
protected:
    // By a kernel that has forgotten what it knew: what it is told when somebody reads, and then nobody does.
    std::vector<std::string> by_reading(std::string_view path)
    {
        const auto before = mount.invalidated().pushed.size();
        auto file = mount.open_to_read(path);
        EXPECT_EQ(file.close(), 0);
        std::vector<std::string> told;
        const auto after = mount.invalidated().pushed;
        for (auto i = before; i < after.size(); ++i) {
            told.push_back(after[i].second);
        }
        return told;
    }

    Mount mount;
};

TEST_F(Pushed, IsASmallFileThatIsReadForTheFirstTime)
{
    mount.write("small", "text");
    mount.write("large", std::string(100'000, 'x'));
    mount.write("empty", "");
    mount.remount();
    EXPECT_THAT(by_reading("small"), ElementsAre("text"));
    EXPECT_THAT(by_reading("small"), ElementsAre());
    EXPECT_THAT(by_reading("large"), ElementsAre());
    EXPECT_THAT(by_reading("empty"), ElementsAre());
}

TEST_F(Pushed, IsNothingThatAWriterHasInHand)
{
    mount.write("f", "old");
    EXPECT_THAT(by_reading("f"), ElementsAre());
    mount.remount();
    auto writer = mount.open_to_write("f");
    EXPECT_EQ(writer.write(0, "new"), 0);
    EXPECT_THAT(by_reading("f"), ElementsAre());
    EXPECT_EQ(writer.close(), 0);
    EXPECT_THAT(by_reading("f"), ElementsAre());
}

class FullDisk : public ::testing::Test {
protected:
    FullDisk()
        : files({.before = [this](const FileCall& call) -> std::optional<Fault> {
                     return full && call.call == Call::reserve ? std::optional(Fault{.os_error = ENOSPC})
                                                               : std::nullopt;
                 },
                 .after = {}}),
          mount(without_compaction(), files)
    {
        mount.write("f", "old");
    }
    // Takes what the log has taken ahead, to the last byte, and keeps it.
    void fill()
    {
        full = true;
        for (std::uint64_t step = 1U << 20; step > 0; step /= 2) {
            while (mount.store().reserve(taken, taken.bytes() + step)) {
            }
        }
    }
    void make_room()
    {
        full = false;
        taken.release();
    }

    std::atomic<bool> full = false;
    FaultyFiles files;
    Mount mount;
    Reservation taken;
};

TEST_F(FullDisk, FailsWhateverNeedsSpaceAndTheOldValueStands)
{
    fill();
    EXPECT_EQ(mount.write("f", "new"), ENOSPC);
    EXPECT_EQ(mount.append("f", "new"), ENOSPC);
    EXPECT_EQ(mount.write("g", "new"), ENOSPC);
    EXPECT_EQ(mount.mkdir("d"), ENOSPC);
    EXPECT_EQ(mount.symlink("x", "l"), ENOSPC);
    EXPECT_EQ(mount.mv("f", "g"), ENOSPC);
    for (const fs::AttributeChange& change : {fs::AttributeChange{.size = 0}, {.size = 9}, {.mode = 0600}}) {
        EXPECT_EQ(mount.change("f", change), ENOSPC);
    }
    EXPECT_EQ(mount.read("f"), "old");
    EXPECT_THAT(mount.ls(""), ElementsAre("f"));
    EXPECT_EQ(mount.rm("f"), 0);
    make_room();
    EXPECT_EQ(mount.write("f", "new"), 0);
}

// Its key becomes longer, and its record with that.
TEST_F(FullDisk, WhatIsWrittenInADirectoryThatMovesKeepsItsPromise)
{
    for (const std::string to : {"a longer name", "e"}) {
        ASSERT_EQ(mount.mkdir("d"), 0);
        auto file = mount.create("d/f");
        auto truncated = mount.create("d/g");
        ASSERT_EQ(file.write(0, "new"), 0);
        EXPECT_EQ(mount.mv("d", to), 0);
        fill();
        EXPECT_EQ(mount.mv(to, to + " and more"), ENOSPC);
        EXPECT_EQ(file.close(), 0);
        EXPECT_EQ(truncated.close(), 0);
        EXPECT_EQ(mount.read(to + "/f"), "new");
        make_room();
    }
}

TEST_F(FullDisk, AWriteThatFailsIsRepeatedByFlushAndSyncAndGivenUpAtTheLastClose)
{
    auto file = mount.open_to_write("f");
    const auto ino = file.stat().ino;
    fill();
    EXPECT_EQ(file.write(0, "new"), ENOSPC);
    make_room();
    EXPECT_EQ(file.write(0, "new"), ENOSPC);
    EXPECT_EQ(file.flush(), ENOSPC);
    EXPECT_EQ(file.sync(), ENOSPC);
    EXPECT_EQ(file.close(), ENOSPC);
    EXPECT_EQ(mount.read("f"), "old");
    EXPECT_THAT(mount.invalidated().contents, Contains(ino));
    EXPECT_EQ(mount.write("f", "new"), 0);
}

TEST_F(FullDisk, AChangeOfAnOpenFileThatFailsChangesNothing)
{
    auto file = mount.open_to_write("f");
    fill();
    for (const fs::AttributeChange& change : {fs::AttributeChange{.size = 0}, {.size = 1000}, {.mode = 0600}}) {
        EXPECT_EQ(file.change(change), ENOSPC);
    }
    EXPECT_EQ(file.stat().size, 3U);
    EXPECT_EQ(file.stat().mode, 0644);
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("f"), "old");
}

TEST_F(FullDisk, WhatWasWrittenBeforeItWasFullIsStored)
{
    auto written = mount.create("written");
    auto empty = mount.create("empty");
    auto renamed = mount.create("a");
    auto removed = mount.create("removed");
    const std::string value(100'000, '"');
    EXPECT_EQ(written.write(0, value), 0);
    EXPECT_EQ(renamed.write(0, value), 0);
    EXPECT_EQ(removed.write(0, value), 0);
    fill();
    EXPECT_EQ(written.close(), 0);
    EXPECT_EQ(empty.close(), 0);
    EXPECT_EQ(mount.mv("a", "b"), 0);
    EXPECT_EQ(mount.rm("removed"), 0);
    EXPECT_EQ(removed.write(value.size(), value), 0);  // of a file without a name nothing is stored
    EXPECT_EQ(mount.after_crash("written"), value);
    EXPECT_EQ(mount.after_crash("b"), value);
    EXPECT_EQ(mount.after_crash("empty"), "");
}

TEST_F(FullDisk, WhatIsGivenUpGivesItsSpaceBack)
{
    for (int i = 0; i < 50; ++i) {
        fill();
        const auto before = taken.bytes();
        taken.release();
        auto file = mount.create("g" + std::to_string(i));
        EXPECT_EQ(file.write(0, std::string(10'000, 'x')), 0);
        EXPECT_EQ(mount.rm("g" + std::to_string(i)), 0);
        fill();
        EXPECT_EQ(taken.bytes(), before);
        make_room();
    }
}

}  // namespace
}  // namespace bytestore::test
