// How many records a command leaves, and when: design 5.
#include "tests/vfs/mount.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace bytestore::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Records : public ::testing::Test {
protected:
    std::size_t count() const { return mount.records().size(); }
    // Until `records` are in the log; a failure if they never come.
    void wait_for(std::size_t records) const
    {
        for (int i = 0; i < 1000 && count() < records; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        EXPECT_EQ(count(), records);
    }

    Mount mount;
};

TEST_F(Records, EchoIntoANewFileIsOneSet)
{
    EXPECT_EQ(mount.write("f", "x\n"), 0);
    EXPECT_THAT(mount.records(), ElementsAre(StartsWith(R"({"cmd":"Set","key":"f","value":"x\n")")));
}

TEST_F(Records, EchoOverAFileIsOneSet)
{
    mount.write("f", "old");
    EXPECT_EQ(mount.write("f", "new"), 0);
    EXPECT_EQ(count(), 2);
    EXPECT_EQ(mount.read("f"), "new");
}

TEST_F(Records, EmptyingRedirectionIsOneSet)
{
    mount.write("f", "");
    EXPECT_THAT(mount.records(), ElementsAre(HasSubstr(R"("value":"")")));
    mount.write("f", "x");
    mount.write("f", "");
    EXPECT_EQ(count(), 3);
}

TEST_F(Records, TouchIsOneSetEachTime)
{
    EXPECT_EQ(mount.touch("f"), 0);
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(mount.touch("f"), 0);
    EXPECT_EQ(count(), 2);
}

TEST_F(Records, AppendIsOneSet)
{
    mount.write("f", "a");
    EXPECT_EQ(mount.append("f", "b"), 0);
    EXPECT_EQ(count(), 2);
    EXPECT_EQ(mount.after_crash("f"), "ab");
}

TEST_F(Records, CopyKeepingAttributesIsOneSet)
{
    auto file = mount.create("f", 0600);
    file.write(0, "abc");
    file.write(3, "def");
    EXPECT_EQ(file.change({.atime = 5, .mtime = 7}), 0);
    EXPECT_EQ(file.change({.mode = 0640}), 0);
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(mount.stat("f")->mtime, 7);
    EXPECT_EQ(mount.stat("f")->mode, 0640);
}

TEST_F(Records, ReadersLeaveNone)
{
    mount.write("f", "x");
    auto reader = mount.open_to_read("f");
    EXPECT_EQ(reader.read(), "x");
    EXPECT_EQ(reader.sync(), 0);
    EXPECT_EQ(reader.close(), 0);
    auto writer = mount.open_to_write("f");
    EXPECT_EQ(writer.close(), 0);
    EXPECT_EQ(count(), 1);
}

TEST_F(Records, AReadersCloseCommitsNothingOfAWriter)
{
    auto writer = mount.create("f");
    auto reader = mount.open_to_read("f");
    writer.write(0, "half");
    EXPECT_EQ(reader.close(), 0);
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(writer.close(), 0);
    EXPECT_EQ(count(), 1);
}

TEST_F(Records, NorDoesThatOfAReaderWhichCreatedOrTruncatedTheFile)
{
    auto creator = mount.create("f", 0644, {.reads = true, .writes = false, .truncate = false});
    auto truncator = mount.open("f", {.reads = true, .writes = false, .truncate = true});
    auto writer = mount.open_to_write("f");
    writer.write(0, "half");
    EXPECT_EQ(creator.close(), 0);
    EXPECT_EQ(truncator.close(), 0);
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(writer.close(), 0);
    EXPECT_EQ(count(), 1);
}

TEST_F(Records, EachCloseOfAChangedFileIsOne)
{
    auto file = mount.create("f");
    file.write(0, "a");
    file.flush();
    file.write(1, "b");
    file.flush();
    file.flush();
    EXPECT_EQ(count(), 2);
    file.close();
    EXPECT_EQ(count(), 2);
}

TEST_F(Records, DirectoriesAndLinksAreOneEach)
{
    EXPECT_EQ(mount.mkdir("d"), 0);
    EXPECT_EQ(mount.symlink("f", "d/l"), 0);
    EXPECT_THAT(mount.records(), ElementsAre(HasSubstr(R"("key":"d:\u0000")"), HasSubstr(R"("value":"\u0000link:f")")));
    EXPECT_EQ(mount.rm("d/l"), 0);
    EXPECT_EQ(mount.rmdir("d"), 0);
    EXPECT_EQ(count(), 4);
}

TEST_F(Records, CreatingAFileIsNoRecordOfItsDirectory)
{
    mount.mkdir("d");
    mount.write("d/f", "x");
    EXPECT_EQ(count(), 2);
}

TEST_F(Records, ANewFileIsPendingUntilItsRelease)
{
    auto file = mount.create("f");
    EXPECT_EQ(mount.read("f"), "");
    EXPECT_THAT(mount.ls(""), ElementsAre("f"));
    EXPECT_EQ(mount.after_crash("f"), std::nullopt);
    EXPECT_EQ(file.release(), 0);
    EXPECT_EQ(mount.after_crash("f"), "");
}

TEST_F(Records, TheSecondBareFlushCommitsANewFile)
{
    auto file = mount.create("f");
    file.flush();
    EXPECT_EQ(count(), 0);
    file.flush();
    EXPECT_EQ(count(), 1);
    file.flush();
    EXPECT_EQ(count(), 1);
}

TEST_F(Records, FlushesDoNotCommitATruncatedFile)
{
    mount.write("f", "old");
    auto file = mount.open_truncating("f");
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(file.flush(), 0);
    }
    EXPECT_EQ(mount.read("f"), "");
    EXPECT_EQ(mount.after_crash("f"), "old");
    EXPECT_EQ(file.release(), 0);
    EXPECT_EQ(mount.after_crash("f"), "");
}

TEST_F(Records, FlushesOfReadersDoNotCount)
{
    auto file = mount.create("f");
    file.flush();
    auto reader = mount.open_to_read("f");
    reader.flush();
    reader.flush();
    EXPECT_EQ(count(), 0);
}

TEST_F(Records, ANewFileIsCommittedAfterAWhile)
{
    auto file = mount.create("f");
    mount.write("g", "old");
    auto truncated = mount.open_truncating("g");
    wait_for(2);
    EXPECT_EQ(mount.after_crash("f"), "");
    EXPECT_EQ(mount.after_crash("g"), "old");
}

TEST_F(Records, ANewFileThatIsTruncatedAgainIsCommittedAfterAWhile)
{
    auto file = mount.create("f");
    file.write(0, "x");
    auto other = mount.create("other");
    wait_for(1);
    auto again = mount.open_truncating("f");
    wait_for(2);
}

TEST_F(Records, AChangedFileIsNotCommittedByTime)
{
    auto changed = mount.create("f");
    changed.write(0, "half");
    auto pending = mount.create("g");
    wait_for(1);
    EXPECT_EQ(mount.after_crash("f"), std::nullopt);
}

TEST_F(Records, WritingTruncatingAndChangingMakeTheNextFlushCommit)
{
    mount.write("f", "old");
    auto file = mount.open_truncating("f");
    file.write(0, "w");
    file.flush();
    EXPECT_EQ(mount.after_crash("f"), "w");
    auto second = mount.open_truncating("f");
    second.truncate(0);
    second.flush();
    EXPECT_EQ(mount.after_crash("f"), "");
    auto created = mount.create("g");
    created.change({.mode = 0600});
    created.flush();
    EXPECT_EQ(mount.after_crash("g"), "");
    EXPECT_EQ(count(), 4);
}

TEST_F(Records, FsyncCommitsWhatIsPending)
{
    mount.write("old", "old");
    auto created = mount.create("new");
    auto truncated = mount.open_truncating("old");
    EXPECT_EQ(created.sync(), 0);
    EXPECT_EQ(truncated.sync(), 0);
    EXPECT_EQ(mount.after_crash("new"), "");
    EXPECT_EQ(mount.after_crash("old"), "");
    EXPECT_EQ(created.close() + truncated.close(), 0);
    EXPECT_EQ(count(), 3);
}

TEST_F(Records, FsyncOfAReaderCommitsWhatAWriterChanged)
{
    auto writer = mount.create("f");
    writer.write(0, "x");
    auto reader = mount.open_to_read("f");
    EXPECT_EQ(reader.sync(), 0);
    EXPECT_EQ(mount.after_crash("f"), "x");
}

TEST_F(Records, FsyncOfADirectoryCommitsWhatIsPendingInIt)
{
    mount.mkdir("d");
    mount.write("d/old", "old");
    auto created = mount.create("d/new");
    auto truncated = mount.open_truncating("d/old");
    auto changed = mount.create("d/changed");
    changed.write(0, "half");
    auto elsewhere = mount.create("elsewhere");
    auto directory = mount.filesystem().open_directory(*mount.find("d"));
    EXPECT_TRUE(mount.filesystem().sync(**directory).has_value());
    mount.filesystem().release_directory(std::move(*directory));
    EXPECT_EQ(mount.after_crash("d:new"), "");
    EXPECT_EQ(mount.after_crash("d:old"), "");
    EXPECT_EQ(mount.after_crash("d:changed"), std::nullopt);
    EXPECT_EQ(mount.after_crash("elsewhere"), std::nullopt);
}

TEST_F(Records, ControlSyncCommitsWhatIsPending)
{
    mount.write("old", "old");
    auto created = mount.create("new");
    auto truncated = mount.open_truncating("old");
    auto changed = mount.create("changed");
    changed.write(0, "half");
    EXPECT_EQ(mount.write(".control/sync", "1\n"), 0);
    EXPECT_EQ(mount.after_crash("new"), "");
    EXPECT_EQ(mount.after_crash("old"), "");
    EXPECT_EQ(mount.after_crash("changed"), std::nullopt);
}

TEST_F(Records, RenameCommitsWhatIsPendingOrChanged)
{
    auto created = mount.create("a");
    EXPECT_EQ(mount.mv("a", "b"), 0);
    EXPECT_EQ(mount.after_crash("b"), "");
    created.write(0, "x");
    EXPECT_EQ(mount.mv("b", "c"), 0);
    EXPECT_EQ(mount.after_crash("c"), "x");
    EXPECT_EQ(mount.after_crash("b"), std::nullopt);
    const auto before = count();
    EXPECT_EQ(created.close(), 0);
    EXPECT_EQ(count(), before);
}

TEST_F(Records, TheEndOfTheMountCommitsAll)
{
    mount.mkdir("d");
    auto created = mount.filesystem().create(*mount.find("d"), "new", 0644, kRootUser, {}, true);
    auto changed = mount.filesystem().create(fs::kRootIno, "changed", 0644, kRootUser, {.writes = true}, true);
    EXPECT_TRUE(mount.filesystem().write(*changed->handle, {}, "x").has_value());
    mount.unmount();
    EXPECT_EQ(mount.after_crash("d:new"), "");
    EXPECT_EQ(mount.after_crash("changed"), "x");
}

TEST_F(Records, UntilAFlushACrashLeavesTheOldValue)
{
    mount.write("f", "old");
    auto file = mount.open_truncating("f");
    file.write(0, "new");
    EXPECT_EQ(mount.read("f"), "new");
    EXPECT_EQ(mount.after_crash("f"), "old");
    file.flush();
    EXPECT_EQ(mount.after_crash("f"), "new");
}

TEST_F(Records, UnlinkingAFileThatIsNoRecordLeavesNone)
{
    mount.mkdir("d");
    auto pending = mount.create("d/f");
    auto changed = mount.create("d/g");
    changed.write(0, "x");
    EXPECT_EQ(mount.rm("d/f"), 0);
    EXPECT_EQ(mount.rm("d/g"), 0);
    EXPECT_EQ(pending.sync() + changed.sync(), 0);
    EXPECT_EQ(pending.close() + changed.close(), 0);
    EXPECT_EQ(count(), 1);
    EXPECT_THAT(mount.ls("d"), ElementsAre());
}

TEST_F(Records, AnUnlinkedFileLeavesNoneAfterItsDelete)
{
    mount.write("f", "old");
    auto file = mount.open_to_write("f");
    file.write(0, "new");
    EXPECT_EQ(mount.rm("f"), 0);
    EXPECT_EQ(count(), 2);
    EXPECT_EQ(file.read(), "new");
    file.write(3, "er");
    file.change({.mode = 0600});
    EXPECT_EQ(file.sync() + file.close(), 0);
    EXPECT_EQ(count(), 2);
}

TEST_F(Records, SetattrOfAFileThatNobodyWritesIsOne)
{
    mount.write("f", "x");
    auto reader = mount.open_to_read("f");
    EXPECT_EQ(mount.change("f", {.mode = 0600}), 0);
    EXPECT_EQ(count(), 2);
    auto writer = mount.open_to_write("f");
    EXPECT_EQ(mount.change("f", {.mode = 0640}), 0);
    EXPECT_EQ(count(), 2);
    writer.flush();
    EXPECT_EQ(count(), 3);
}

TEST_F(Records, AttributesAreStoredOnlyWhereTheyDiffer)
{
    const auto owner = mount.stat("");
    mount.write("f", "x");
    EXPECT_THAT(mount.records().back(), ::testing::Not(HasSubstr("mode")));
    EXPECT_THAT(mount.records().back(), ::testing::Not(HasSubstr("ctime")));
    mount.change("f", {.mode = 0600, .uid = owner->uid + 1});
    EXPECT_THAT(mount.records().back(), HasSubstr(R"("ctime":)"));
    EXPECT_THAT(mount.records().back(), HasSubstr(R"("mode":384)"));
    mount.change("f", {.mode = 0644, .uid = owner->uid, .gid = owner->gid});
    EXPECT_THAT(mount.records().back(), ::testing::Not(HasSubstr("mode")));
    EXPECT_THAT(mount.records().back(), ::testing::Not(HasSubstr("uid")));
}

TEST_F(Records, ATruncationThroughAHandleHasOneTime)
{
    mount.write("f", "x");
    auto file = mount.open_to_write("f");
    file.truncate(5);
    file.close();
    EXPECT_THAT(mount.records().back(), ::testing::Not(HasSubstr("ctime")));
}

}  // namespace
}  // namespace bytestore::test
