// What cannot be done fails with the errno that tools know, and changes nothing.
#include "tests/mount/mount_test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace bytestore::test {
namespace {

struct Refusal {
    const char* name;
    const char* command;
    const char* reason;
};

class RefusalTest : public MountTest, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusalTest, NamesTheReasonAndChangesNothing)
{
    ok("mkdir -p d/full empty; echo 1 > d/full/x; echo 1 > f");
    ok("echo 1 > .control/sync");
    const auto before = records();
    fails(GetParam().command, GetParam().reason);
    EXPECT_EQ(ok("find . -mindepth 1 | sort"), "./d\n./d/full\n./d/full/x\n./empty\n./f\n");
    unmount();
    EXPECT_EQ(records(), before);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusalTest,
    testing::Values(
        Refusal{"NameOver255Bytes", "touch $(printf 'x%.0s' {1..256})", "File name too long"},
        Refusal{"NameNotUtf8", "touch $'\\xff'", "Invalid or incomplete multibyte"},
        Refusal{"DirectoryNameNotUtf8", "mkdir $'a\\xc3'", "Invalid or incomplete multibyte"},
        Refusal{"LinkNotUtf8", "ln -s $'\\xff' link", "Invalid or incomplete multibyte"},
        Refusal{"ValueInTheRoot", "touch %value", "Invalid argument"},
        Refusal{"TheEmptyKey", "touch %empty", "Invalid argument"},
        Refusal{"DirectoryNamedValue", "mkdir empty/%value", "Invalid argument"},
        Refusal{"AnUnknownAlias", "touch %key-00000000000000000000000000000000-x", "Invalid argument"},
        Refusal{"HardLink", "ln f g", "Operation not permitted"},
        Refusal{"Fifo", "mkfifo p", "Operation not permitted"},
        Refusal{"Device", "mknod n c 1 3", "Operation not permitted"},
        Refusal{"AFileWithoutAName",
                "python3 -c 'import os; os.open(\"d\", os.O_TMPFILE | os.O_RDWR)' 2>&1 | tail -n1 >&2; exit 1",
                "Operation not supported"},
        Refusal{"PunchedHole", "fallocate -p -o 0 -l 1 f", "mode is unsupported"},
        Refusal{"SpaceBehindTheEnd", "fallocate -n -l 10 f", "mode is unsupported"},
        Refusal{"AnAttribute", "setfattr -n user.a -v b f", "Operation not supported"},
        Refusal{"CatOfADirectory", "cat d", "Is a directory"},
        Refusal{"WritingToADirectory",
                "python3 -c 'import os; os.open(\"d\", os.O_WRONLY)' 2>&1 | tail -n1 >&2; exit 1", "Is a directory"},
        Refusal{"RmdirOfAFullDirectory", "rmdir d", "Directory not empty"},
        Refusal{"RmdirOfAFile", "rmdir f", "Not a directory"},
        Refusal{"PathUnderAFile", "touch f/x", "Not a directory"},
        Refusal{"UnlinkOfADirectory", "rm d", "Is a directory"}, Refusal{"MkdirOverAFile", "mkdir f", "File exists"},
        Refusal{"MkdirOverADirectory", "mkdir d", "File exists"},
        Refusal{"MissingParent", "touch no/such", "No such file or directory"},
        Refusal{"Noclobber", "set -o noclobber; echo x > f", "cannot overwrite existing file"}),
    [](const auto& test) { return test.param.name; });

class LimitTest : public StoreOnDisk {
protected:
    void SetUp() override { start({"-o", "max_value=1M"}); }
};

TEST_F(LimitTest, AValueBeyondTheLimitFailsAndTheOldOneStands)
{
    ok("echo old > f; head -c 1048576 /dev/zero > full; head -c 1048577 /dev/zero > $TMP/big");
    for (const char* command : {"cp $TMP/big f", "dd if=$TMP/big of=f bs=64k status=none", "cat $TMP/big > f",
                                "truncate -s 1048577 f", "printf x >> full"}) {
        fails(command, "File too large");
        EXPECT_EQ(ok("cat f; stat -c %s f full"), "old\n4\n1048576\n") << command;
    }
    remount();
    EXPECT_EQ(ok("cat f; stat -c %s f full"), "old\n4\n1048576\n");
}

TEST_F(LimitTest, ANewFileThatDoesNotFitVanishes)
{
    fails("head -c 1048577 /dev/zero > new", "File too large");
    EXPECT_EQ(ok("ls"), "");
}

class ErrnoTest : public MountTest {
protected:
    int create(const std::string& name, int flags) const
    {
        const int file = ::open((root() + "/" + name).c_str(), flags | O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
        const int error = errno;
        ::close(file);
        return file < 0 ? error : 0;
    }
};

TEST_F(ErrnoTest, AFileIsCreatedExclusivelyOnce)
{
    EXPECT_EQ(create("f", O_EXCL), 0);
    EXPECT_EQ(create("f", O_EXCL), EEXIST);
    EXPECT_EQ(create("f", 0), 0);
}

TEST_F(ErrnoTest, AKeyMayHave64KiB)
{
    const std::string segment(255, 's');
    int directory = ::open(root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 254; ++i) {
        ASSERT_EQ(::mkdirat(directory, segment.c_str(), 0755), 0) << i;
        const int below = ::openat(directory, segment.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        ::close(std::exchange(directory, below));
    }
    // Its key has 254 * 256 - 1 bytes; one below it 256 more, and the next below that is one too long.
    EXPECT_EQ(::mknodat(directory, segment.c_str(), S_IFREG | 0644, 0), 0);
    ASSERT_EQ(::mkdirat(directory, "d", 0755), 0);
    const auto at = [](std::size_t size) { return "d/" + std::string(size, 's'); };
    EXPECT_EQ(::mknodat(directory, at(255).c_str(), S_IFREG | 0644, 0), 0);
    EXPECT_EQ(::mkdirat(directory, at(254).c_str(), 0755), 0);
    EXPECT_EQ(::mknodat(directory, (at(254) + "/" + segment).c_str(), S_IFREG | 0644, 0), 0);
    EXPECT_EQ(::mkdirat(directory, (at(254) + "/x").c_str(), 0755), 0);
    EXPECT_EQ(::mknodat(directory, (at(254) + "/x/" + segment).c_str(), S_IFREG | 0644, 0), -1);
    EXPECT_EQ(errno, ENAMETOOLONG);
    ::close(directory);
}

// Whoever wins says so; nobody else may.
TEST_F(ErrnoTest, OfManyProcessesOneCreatesOrLocksOrMakes)
{
    ok("race() { for i in {1..12}; do ( \"$@\" 2> /dev/null && echo won >> $TMP/$1.wins ) & done; wait; }\n"
       "excl() { set -o noclobber; echo $BASHPID > lock$1; }\n"
       "for round in {1..10}; do race excl $round; race mkdir dir$round; race ln -s x link$round; done");
    EXPECT_EQ(ok("cat $TMP/excl.wins | wc -l; cat $TMP/mkdir.wins | wc -l; cat $TMP/ln.wins | wc -l"), "10\n10\n10\n");
    EXPECT_EQ(ok("ls lock* | wc -l; cat lock* | wc -l"), "10\n10\n");
}

}  // namespace
}  // namespace bytestore::test
