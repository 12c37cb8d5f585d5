#include "tests/vfs/mount.h"

#include "fs/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace bytestore::test {
namespace {

using fs::RenameMode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Rename : public ::testing::Test {
protected:
    void SetUp() override
    {
        mount.mkdir("d");
        mount.mkdir("d/sub");
        mount.write("d/x", "dx");
        mount.write("d/sub/y", "dy");
        mount.write("d/%value", "dv");
        mount.mkdir("empty");
        mount.write("f", "f");
        mount.symlink("target", "l");
        before = mount.records().size();
    }
    // The records since SetUp are one batch.
    void expect_one_batch() const
    {
        const auto records = mount.records();
        const auto n = records.size() - before;
        for (std::size_t i = 0; n > 1 && i < n; ++i) {
            const auto field = "\"b\":\"" + std::to_string(i + 1) + "/" + std::to_string(n) + "\"";
            EXPECT_THAT(records[before + i], HasSubstr(field));
        }
    }

    Mount mount;
    std::size_t before = 0;
};

TEST_F(Rename, OfAFileMovesItsValueAndKeepsItsNumber)
{
    const auto ino = mount.ino("f");
    EXPECT_EQ(mount.mv("f", "d/g"), 0);
    EXPECT_EQ(mount.read("d/g"), "f");
    EXPECT_EQ(mount.read("f"), "errno 2");
    EXPECT_EQ(mount.ino("d/g"), ino);
    expect_one_batch();
    EXPECT_EQ(mount.records().size(), before + 2);
}

TEST_F(Rename, SetsComeBeforeDeletes)
{
    EXPECT_EQ(mount.mv("d", "e"), 0);
    const auto records = mount.records();
    bool deleting = false;
    for (auto i = before; i < records.size(); ++i) {
        const bool is_delete = records[i].starts_with(R"({"cmd":"Delete")");
        EXPECT_FALSE(deleting && !is_delete) << records[i];
        deleting = deleting || is_delete;
    }
    EXPECT_TRUE(deleting);
}

TEST_F(Rename, OverAFileReplacesIt)
{
    EXPECT_EQ(mount.mv("f", "d/x"), 0);
    EXPECT_EQ(mount.read("d/x"), "f");
    EXPECT_EQ(mount.mv("l", "d/x"), 0);
    EXPECT_EQ(mount.readlink("d/x"), "target");
}

TEST_F(Rename, OfADirectoryMovesAllThatIsUnderIt)
{
    EXPECT_EQ(mount.mv("d", "empty/e"), 0);
    expect_one_batch();
    for (int i = 0; i < 2; ++i, mount.remount()) {
        EXPECT_EQ(mount.read("empty/e/x"), "dx");
        EXPECT_EQ(mount.read("empty/e/sub/y"), "dy");
        EXPECT_EQ(mount.read("empty/e/%value"), "dv");
        EXPECT_EQ(mount.read("d/x"), "errno 2");
        EXPECT_THAT(mount.ls(""), ElementsAre("empty", "f", "l"));
        EXPECT_THAT(mount.ls("empty/e"), ElementsAre("%value", "sub", "x"));
    }
}

TEST_F(Rename, OfADirectoryTakesPendingAndChangedFilesAlong)
{
    auto pending = mount.create("d/sub/pending");
    auto created = mount.create("d/created");
    created.write(0, "new");
    auto changed = mount.open_to_write("d/x");
    changed.write(0, "DX");
    auto unread = mount.open_to_write("d/sub/y");
    EXPECT_EQ(mount.mv("d", "e"), 0);
    EXPECT_EQ(mount.read("e/x"), "DX");
    EXPECT_EQ(mount.read("e/sub/pending"), "");
    EXPECT_EQ(unread.read(), "dy");
    unread.write(1, "Y");
    EXPECT_EQ(pending.close() + created.close() + changed.close() + unread.close(), 0);
    mount.remount();
    EXPECT_THAT(mount.ls("e"), ElementsAre("%value", "created", "sub", "x"));
    EXPECT_EQ(mount.read("e/created"), "new");
    EXPECT_EQ(mount.read("e/sub/y"), "dY");
    EXPECT_THAT(mount.ls(""), ElementsAre("e", "empty", "f", "l"));
}

TEST_F(Rename, OfAnImplicitDirectoryNeedsNoMarker)
{
    EXPECT_TRUE(mount.store().set("i:j:k", "v", {}).has_value());
    EXPECT_EQ(mount.mv("i", "n"), 0);
    EXPECT_EQ(mount.read("n/j/k"), "v");
    EXPECT_EQ(mount.mv("n/j", "j"), 0);
    EXPECT_THAT(mount.ls("n"), ElementsAre());
    EXPECT_EQ(mount.read("j/k"), "v");
}

TEST_F(Rename, ThatTakesTheLastEntryKeepsTheDirectory)
{
    EXPECT_TRUE(mount.store().set("i:k", "v", {}).has_value());
    EXPECT_EQ(mount.mv("i/k", "k"), 0);
    mount.remount();
    EXPECT_THAT(mount.ls("i"), ElementsAre());
}

TEST_F(Rename, OfTheLastEntryToTheDirectorysValueKeepsIt)
{
    EXPECT_TRUE(mount.store().set("i:k", "v", {}).has_value());
    EXPECT_EQ(mount.mv("i/k", "i/%value"), 0);
    EXPECT_THAT(mount.ls("i"), ElementsAre("%value"));
    EXPECT_EQ(mount.mv("i/%value", "i/k"), 0);
    EXPECT_THAT(mount.ls("i"), ElementsAre("k"));
    EXPECT_EQ(mount.read("i/k"), "v");
}

TEST_F(Rename, OverAnEmptyDirectoryReplacesIt)
{
    mount.change("empty", {.mode = 0700});
    EXPECT_EQ(mount.mv("d/sub", "empty"), 0);
    EXPECT_EQ(mount.stat("empty")->mode, 0755);
    EXPECT_EQ(mount.read("empty/y"), "dy");
    EXPECT_EQ(mount.mv("empty", "d"), ENOTEMPTY);
}

TEST_F(Rename, RefusesWhatPosixRefuses)
{
    EXPECT_EQ(mount.mv("d", "d/sub/e"), EINVAL);
    EXPECT_EQ(mount.mv("d", "d/sub"), EINVAL);
    EXPECT_EQ(mount.mv("d/sub", "d"), ENOTEMPTY);
    EXPECT_EQ(mount.mv("d/x", "d"), EISDIR);
    EXPECT_EQ(mount.mv("f", "empty"), EISDIR);
    EXPECT_EQ(mount.mv("d", "f"), ENOTDIR);
    EXPECT_EQ(mount.mv("none", "f"), ENOENT);
    EXPECT_EQ(mount.mv("f", std::string(256, 'n')), ENAMETOOLONG);
    EXPECT_EQ(mount.mv("f", "\xff"), EILSEQ);
    EXPECT_EQ(mount.records().size(), before);
}

TEST_F(Rename, ToItselfDoesNothing)
{
    for (const auto* path : {"f", "d", "empty", "l", "d/%value"}) {
        EXPECT_EQ(mount.mv(path, path), 0);
        EXPECT_EQ(mount.mv(path, path, RenameMode::no_replace), EEXIST);
    }
    EXPECT_EQ(mount.records().size(), before);
}

TEST_F(Rename, WithNoReplaceRefusesATakenName)
{
    for (const auto* path : {"f", "d", "empty", "l", "d/%value", "d/x"}) {
        EXPECT_EQ(mount.mv("d/sub", path, RenameMode::no_replace), EEXIST) << path;
    }
    auto pending = mount.create("pending");
    EXPECT_EQ(mount.mv("f", "pending", RenameMode::no_replace), EEXIST);
    EXPECT_EQ(mount.mv("f", "g", RenameMode::no_replace), 0);
}

TEST_F(Rename, ExchangesEveryPairOfKinds)
{
    auto pending = mount.create("pending");
    auto changed = mount.create("changed");
    changed.write(0, "c");
    const std::vector<std::string> paths = {"d", "empty", "f", "l", "pending", "changed"};
    for (const auto& a : paths) {
        for (const auto& b : paths) {
            const auto ino_a = mount.ino(a);
            const auto ino_b = mount.ino(b);
            EXPECT_EQ(mount.mv(a, b, RenameMode::exchange), 0) << a << " " << b;
            EXPECT_EQ(mount.ino(a), ino_b);
            EXPECT_EQ(mount.ino(b), ino_a);
            EXPECT_EQ(mount.stat(a)->ino, ino_b);
            EXPECT_EQ(mount.mv(b, a, RenameMode::exchange), 0) << a << " " << b;
        }
    }
    EXPECT_EQ(mount.read("d/sub/y") + mount.read("d/%value") + mount.read("f"), "dydvf");
    EXPECT_EQ(pending.close() + changed.close(), 0);
    mount.remount();
    EXPECT_EQ(mount.read("changed") + mount.read("pending") + mount.readlink("l"), "ctarget");
    EXPECT_THAT(mount.ls("d"), ElementsAre("%value", "sub", "x"));
    EXPECT_THAT(mount.ls(""), ElementsAre("changed", "d", "empty", "f", "l", "pending"));
}

TEST_F(Rename, ExchangeNeedsBothAndNoNesting)
{
    EXPECT_EQ(mount.mv("f", "none", RenameMode::exchange), ENOENT);
    EXPECT_EQ(mount.mv("d", "d/sub", RenameMode::exchange), EINVAL);
    EXPECT_EQ(mount.mv("d/sub", "d", RenameMode::exchange), EINVAL);
    EXPECT_EQ(mount.mv("d/%value", "empty", RenameMode::exchange), EINVAL);
    EXPECT_EQ(mount.mv("empty", "d/%value", RenameMode::exchange), EINVAL);
    EXPECT_EQ(mount.mv("d/%value", "d/x", RenameMode::exchange), 0);
    EXPECT_EQ(mount.read("d/%value") + mount.read("d/x"), "dxdv");
}

TEST_F(Rename, ToAValueAndBack)
{
    EXPECT_EQ(mount.mv("f", "empty/%value"), 0);
    EXPECT_THAT(mount.ls("empty"), ElementsAre("%value"));
    EXPECT_EQ(mount.after_crash("empty"), "f");
    EXPECT_EQ(mount.mv("d/%value", "empty/%value"), 0);
    EXPECT_EQ(mount.mv("empty/%value", "g"), 0);
    EXPECT_EQ(mount.read("g"), "dv");
    EXPECT_THAT(mount.ls("empty"), ElementsAre());
    EXPECT_EQ(mount.mv("empty", "d/%value"), EINVAL);
}

TEST_F(Rename, OfTooLongKeysChangesNothing)
{
    const std::string segment(60'000, 'k');
    EXPECT_TRUE(mount.store().set("d:" + segment, "long", {}).has_value());
    std::string path = "empty";
    for (int i = 0; i < 25; ++i) {
        path += "/" + std::string(240, 'p');
        ASSERT_EQ(mount.mkdir(path), 0);
    }
    const auto count = mount.records().size();
    EXPECT_EQ(mount.mv("d", path + "/d"), ENAMETOOLONG);
    EXPECT_EQ(mount.records().size(), count);
    EXPECT_EQ(mount.read("d/x"), "dx");
}

TEST_F(Rename, OfADirectoryWithAPendingFileWhoseKeyWouldBeTooLongIsRefused)
{
    std::string deep = "empty";
    for (int i = 0; i < 200; ++i) {
        deep += "/" + std::string(240, 'p');
        ASSERT_EQ(mount.mkdir(deep), 0);
    }
    std::string inner = "d";
    for (int i = 0; i < 71; ++i) {
        inner += "/" + std::string(240, 'q');
        ASSERT_EQ(mount.mkdir(inner), 0);
    }
    ASSERT_LT(deep.size() + inner.size() + 10, kMaxKeyBytes);
    auto pending = mount.create(inner + "/" + std::string(240, 'r'));
    EXPECT_EQ(mount.mv("d", deep + "/d"), ENAMETOOLONG);
    EXPECT_EQ(pending.close(), 0);
    EXPECT_NE(mount.ino(inner), 0);
}

TEST_F(Rename, OfALongSegmentWorksUnderItsOwnAlias)
{
    const std::string segment(300, 's');
    const auto alias = fs::name_of_segment(segment, false);
    EXPECT_TRUE(mount.store().set("d:" + segment, "long", {}).has_value());
    EXPECT_EQ(mount.mv("d/" + alias, "empty/" + alias), 0);
    EXPECT_EQ(mount.after_crash("empty:" + segment), "long");
    EXPECT_EQ(mount.mv("f", "d/" + alias), EINVAL);
    EXPECT_EQ(mount.mv("empty/" + alias, "short"), 0);
    EXPECT_EQ(mount.read("short"), "long");
    EXPECT_EQ(mount.mv("short", "empty/" + alias), EINVAL);
}

TEST_F(Rename, MakesNoReservedKey)
{
    const std::string reserved("\0r", 2);
    EXPECT_TRUE(mount.store().set(reserved, "kept", {}).has_value());
    const auto alias = fs::name_of_segment(reserved, true);
    EXPECT_EQ(mount.read(alias), "kept");
    EXPECT_EQ(mount.mv("f", alias), EINVAL);
    EXPECT_EQ(mount.mv(alias, "empty/" + alias), 0);
    EXPECT_EQ(mount.after_crash("empty:" + reserved), "kept");
    EXPECT_EQ(mount.mv("empty/" + alias, "g"), 0);
    EXPECT_EQ(mount.read("g"), "kept");
}

TEST_F(Rename, OpenFilesFollow)
{
    auto file = mount.open_to_write("d/sub/y");
    EXPECT_EQ(mount.mv("d/sub/y", "y"), 0);
    file.write(2, "1");
    file.flush();
    EXPECT_EQ(mount.after_crash("y"), "dy1");
    EXPECT_EQ(mount.mv("y", "empty/y"), 0);
    EXPECT_EQ(mount.mv("empty", "e"), 0);
    file.write(3, "2");
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.after_crash("e:y"), "dy12");
    EXPECT_EQ(mount.after_crash("y"), std::nullopt);
}

TEST_F(Rename, OverAnOpenFileLeavesItsContentToItsHandles)
{
    auto reader = mount.open_to_read("d/x");
    auto writer = mount.open_to_write("d/x");
    writer.write(2, "!");
    EXPECT_EQ(mount.mv("f", "d/x"), 0);
    EXPECT_EQ(reader.read(), "dx!");
    writer.write(3, "!");
    EXPECT_EQ(writer.close(), 0);
    EXPECT_EQ(reader.read(), "dx!!");
    EXPECT_EQ(reader.stat().links, 0);
    EXPECT_EQ(mount.read("d/x"), "f");
}

TEST_F(Rename, OfManyEntriesIsOneBatch)
{
    Batch batch;
    for (int i = 0; i < 10'000; ++i) {
        batch.set("many:" + std::to_string(i), std::to_string(i), {});
    }
    EXPECT_TRUE(mount.store().apply(batch).has_value());
    before = mount.records().size();
    EXPECT_EQ(mount.mv("many", "more"), 0);
    EXPECT_EQ(mount.records().size(), before + 20'000);
    EXPECT_THAT(mount.records().back(), HasSubstr(R"("b":"20000/20000")"));
    EXPECT_EQ(mount.ls("more").size(), 10'000);
    EXPECT_EQ(mount.read("more/9999"), "9999");
    EXPECT_EQ(mount.find("many").error().code, Errc::not_found);
}

}  // namespace
}  // namespace bytestore::test
