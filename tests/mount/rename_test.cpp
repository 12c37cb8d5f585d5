#include "tests/mount/mount_test.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

namespace bytestore::test {
namespace {

using testing::IsSupersetOf;

class RenameTest : public MountTest {
protected:
    int rename(const std::string& from, const std::string& to, unsigned flags) const
    {
        const int done =
            ::renameat2(AT_FDCWD, (root() + "/" + from).c_str(), AT_FDCWD, (root() + "/" + to).c_str(), flags);
        return done == 0 ? 0 : errno;
    }
    // What find tells of the tree, now and after a remount, which must be the same.
    std::string tree()
    {
        const char* const list = "find . -type f -printf '%P=' -exec cat {} \\; | sort";
        const auto now = ok(list);
        remount();
        EXPECT_EQ(ok(list), now);
        return now;
    }
};

TEST_F(RenameTest, OfAFileIsOneBatch)
{
    ok("echo 1 > a; mv a b");
    EXPECT_EQ(tree(), "b=1\n");
    EXPECT_THAT(records(), IsSupersetOf({LogRecord{"Set", "b", "1\n"}, LogRecord{"Delete", "a", ""}}));
}

TEST_F(RenameTest, OverAFileReplacesIt)
{
    ok("echo 1 > a; echo 2 > b; mv a b");
    EXPECT_EQ(tree(), "b=1\n");
}

TEST_F(RenameTest, OfADirectoryMovesAllThatIsUnderIt)
{
    ok("mkdir -p a/b/empty c; echo 1 > a/x; echo 2 > a/b/y; mv a c/d");
    EXPECT_EQ(ok("find . -mindepth 1 -type d | sort"), "./c\n./c/d\n./c/d/b\n./c/d/b/empty\n");
    EXPECT_EQ(tree(), "c/d/b/y=2\nc/d/x=1\n");
}

TEST_F(RenameTest, OverAnEmptyDirectoryReplacesItAndOverAFullOneDoesNot)
{
    ok("mkdir a empty full; echo 1 > a/x; echo 2 > full/y");
    EXPECT_EQ(rename("a", "full", 0), ENOTEMPTY);
    EXPECT_EQ(rename("a", "empty", 0), 0);
    EXPECT_EQ(tree(), "empty/x=1\nfull/y=2\n");
}

TEST_F(RenameTest, BetweenKindsAndIntoItselfIsRefused)
{
    ok("mkdir -p d/e; echo 1 > f");
    EXPECT_EQ(rename("f", "d", 0), EISDIR);
    EXPECT_EQ(rename("d", "f", 0), ENOTDIR);
    EXPECT_EQ(rename("d", "d/e/x", 0), EINVAL);
    EXPECT_EQ(rename("missing", "x", 0), ENOENT);
    EXPECT_EQ(tree(), "f=1\n");
}

TEST_F(RenameTest, WithoutReplacingAndExchangingFollowTheirFlags)
{
    ok("echo 1 > a; echo 2 > b");
    EXPECT_EQ(rename("a", "b", RENAME_NOREPLACE), EEXIST);
    EXPECT_EQ(rename("a", "b", RENAME_EXCHANGE), 0);
    EXPECT_EQ(tree(), "a=2\nb=1\n");
    EXPECT_EQ(rename("a", "c", RENAME_NOREPLACE), 0);
    EXPECT_EQ(rename("b", "missing", RENAME_EXCHANGE), ENOENT);
    EXPECT_EQ(tree(), "b=1\nc=2\n");
}

TEST_F(RenameTest, ExchangesADirectoryAndAFile)
{
    ok("mkdir d; echo 1 > d/x; echo 2 > f");
    EXPECT_EQ(rename("d", "f", RENAME_EXCHANGE), 0);
    EXPECT_EQ(tree(), "d=2\nf/x=1\n");
}

TEST_F(RenameTest, OfAnOpenFileTakesWhatIsWrittenWithIt)
{
    ok("exec 3> a; echo 1 >&3; mv a b; echo 2 >&3; exec 3>&-; [ ! -e a ]");
    EXPECT_EQ(tree(), "2\nb=1\n") << "the lines of b, sorted";
}

TEST_F(RenameTest, KeepsTheInodeNumberAndTheTimes)
{
    ok("echo 1 > a; touch -d @1000000000.25 a");
    const auto before = ok("stat -c '%i %y' a");
    ok("mv a b");
    EXPECT_EQ(ok("stat -c '%i %y' b"), before);
}

TEST_F(RenameTest, AcrossMountsIsACopyAndADelete)
{
    ok("mkdir d; echo 1 > d/x");
    EXPECT_EQ(::rename((root() + "/d").c_str(), place("tmp/d").c_str()), -1);
    EXPECT_EQ(errno, EXDEV);
    ok("mv d $TMP/; cat $TMP/d/x; [ ! -e d ]");
    ok("mv $TMP/d .; [ ! -e $TMP/d ]");
    EXPECT_EQ(tree(), "d/x=1\n");
}

TEST_F(RenameTest, LeavesTheDirectoryThatItEmptied)
{
    ok("mkdir d; echo 1 > d/x; mv d/x .");
    EXPECT_EQ(tree(), "x=1\n");
    ok("echo 2 > d/new");
    EXPECT_EQ(tree(), "d/new=2\nx=1\n");
}

}  // namespace
}  // namespace bytestore::test
