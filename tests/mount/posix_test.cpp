// System calls that no common tool makes, or that show only from one user to another.
#include "tests/mount/mount_test.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

namespace bytestore::test {
namespace {

class PosixTest : public MountTest {
protected:
    int open(const std::string& name, int flags) const
    {
        return ::open((root() + '/' + name).c_str(), flags | O_CLOEXEC, 0644);
    }
};

TEST_F(PosixTest, AllocatedSpaceReadsAsZerosAndCutsNothing)
{
    ok("printf 0123456789 > f; fallocate -l 5 f");
    EXPECT_EQ(ok("cat f"), "0123456789");
    ok("fallocate -o 8 -l 4 f");
    EXPECT_EQ(ok("stat -c %s f; tr '\\0' z < f"), "12\n0123456789zz");
    compact_and_remount();
    EXPECT_EQ(ok("tr '\\0' z < f"), "0123456789zz");
}

TEST_F(PosixTest, AFileIsDataUpToItsEnd)
{
    ok("printf 0123456789 > f");
    const int file = open("f", O_RDWR);
    EXPECT_EQ(::lseek(file, 3, SEEK_DATA), 3);
    EXPECT_EQ(::lseek(file, 3, SEEK_HOLE), 10);
    EXPECT_EQ(::pwrite(file, "x", 1, 99), 1);
    EXPECT_EQ(::lseek(file, 3, SEEK_HOLE), 100);
    EXPECT_EQ(::lseek(file, 100, SEEK_DATA), -1);
    EXPECT_EQ(errno, ENXIO);
    ::close(file);
}

TEST_F(PosixTest, RangesAreCopiedBetweenFiles)
{
    ok("seq 10000 > from; printf 0123456789 > to");
    const int from = open("from", O_RDONLY);
    const int to = open("to", O_WRONLY);
    off_t in = 100;
    off_t out = 5;
    while (in < 20100) {
        ASSERT_GT(::copy_file_range(from, &in, to, &out, static_cast<std::size_t>(20100 - in), 0), 0);
    }
    EXPECT_EQ(::close(to), 0);
    ::close(from);
    ok("(printf 01234; tail -c +101 from | head -c 20000) | cmp - to");
}

TEST_F(PosixTest, DirectAndSynchronousWritesAreTheSameBytes)
{
    constexpr std::size_t kBlock = 4096;
    const std::unique_ptr<char, decltype(&std::free)> block(static_cast<char*>(std::aligned_alloc(kBlock, kBlock)),
                                                            std::free);
    std::fill_n(block.get(), kBlock, 'd');
    const int direct = open("f", O_RDWR | O_CREAT | O_DIRECT);
    const int plain = open("f", O_RDWR | O_SYNC);
    EXPECT_EQ(::pwrite(direct, block.get(), kBlock, 0), static_cast<ssize_t>(kBlock));
    EXPECT_EQ(::pwrite(plain, "plain", 5, 10), 5);
    EXPECT_EQ(::pread(direct, block.get(), kBlock, 0), static_cast<ssize_t>(kBlock));
    EXPECT_EQ(std::string(block.get(), 20), std::string(10, 'd') + "plain" + std::string(5, 'd'));
    ::close(direct);
    ::close(plain);
    EXPECT_EQ(ok("head -c 16 f"), std::string(10, 'd') + "plaind");
}

TEST_F(PosixTest, ListingsGoOnWhereTheyWereTold)
{
    ok("mkdir d; cd d; touch $(seq 1000)");
    EXPECT_EQ(ok("python3 - <<'END'\n"
                 "import ctypes, os\n"
                 "c = ctypes.CDLL(None)\n"
                 "c.opendir.restype = c.readdir.restype = ctypes.c_void_p\n"
                 "c.telldir.restype = ctypes.c_long\n"
                 "c.telldir.argtypes = c.readdir.argtypes = c.rewinddir.argtypes = [ctypes.c_void_p]\n"
                 "c.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]\n"
                 "name = lambda entry: ctypes.string_at(entry + 19)\n"
                 "d = c.opendir(b'd')\n"
                 "places = []\n"
                 "while True:\n"
                 "    place = c.telldir(d)\n"
                 "    entry = c.readdir(d)\n"
                 "    if not entry: break\n"
                 "    places.append((place, name(entry)))\n"
                 "for i in range(0, 1000, 3): os.unlink(f'd/{i + 1}')\n"
                 "gone = {str(i + 1).encode() for i in range(0, 1000, 3)}\n"
                 "for place, expected in places[::7]:\n"
                 "    if expected in gone: continue\n"
                 "    c.seekdir(d, place)\n"
                 "    assert name(c.readdir(d)) == expected\n"
                 "print(len(places))\n"
                 "END"),
              "1002\n");
}

// Another user, under allow_other.
class UsersTest : public StoreOnDisk {
protected:
    void SetUp() override
    {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "only root can be two users";
        }
        start({"-o", "allow_other"});
        ok("chmod 755 .");
    }
    std::string as(const std::string& user, const std::string& command) const
    {
        return fmt::format("setpriv --reuid {0} --regid {0} --clear-groups sh -c '{1}'", user, command);
    }
};

TEST_F(UsersTest, ModesKeepOthersOut)
{
    ok("echo s > secret; chmod 600 secret; echo p > public; mkdir open; chmod 777 open; mkdir -m 700 shut; echo x > "
       "shut/x");
    fails(as("1234", "cat secret"), "Permission denied");
    fails(as("1234", "echo x > public"), "Permission denied");
    fails(as("1234", "rm -f public"), "Permission denied");
    fails(as("1234", "ls shut"), "Permission denied");
    fails(as("1234", "cat .control/stats"), "Permission denied");
    EXPECT_EQ(ok(as("1234", "cat public; echo mine > open/mine; mkdir open/dir; ln -s t open/link; cat open/mine")),
              "p\nmine\n");
    EXPECT_EQ(ok("stat -c %u:%g open/mine open/dir open/link"), "1234:1234\n1234:1234\n1234:1234\n");
    remount({"-o", "allow_other"});
    EXPECT_EQ(ok("stat -c %u:%g open/mine open/dir open/link"), "1234:1234\n1234:1234\n1234:1234\n");
}

TEST_F(UsersTest, WhoeverTruncatesOrWritesTakesSetUserIdAway)
{
    for (const auto* command : {": > f", "echo x >> f", "truncate -s 1 f"}) {
        ok("echo data > f; chmod 6777 f");
        ok(as("1234", command));
        EXPECT_EQ(ok("stat -c %a f"), "777\n") << command;
        ok("chmod 6777 f; : > f");
        EXPECT_EQ(ok("stat -c %a f"), "6777\n");
    }
}

TEST_F(UsersTest, InAStickyDirectoryOnlyTheOwnerRemoves)
{
    ok("mkdir -m 1777 tmp");
    ok(as("1234", "echo a > tmp/a; mkdir tmp/d"));
    for (const auto* command : {"rm -f tmp/a", "mv tmp/a tmp/b", "rmdir tmp/d", "echo x > tmp/x; mv tmp/x tmp/a"}) {
        fails(as("4321", command), "Operation not permitted");
    }
    EXPECT_EQ(ok(as("1234", "cat tmp/a; mv tmp/a tmp/b; rmdir tmp/d; rm tmp/b; ls tmp")), "a\nx\n");
}

TEST_F(UsersTest, ASetGroupIdDirectoryHandsItsGroupOn)
{
    ok("mkdir d; chown 0:77 d; chmod 2777 d");
    ok(as("1234", "echo f > d/f; mkdir d/s; ln -s t d/l; echo g > d/s/g"));
    EXPECT_EQ(ok("stat -c %u:%g:%a d/f d/s d/l d/s/g"), "1234:77:644\n1234:77:2755\n1234:77:777\n1234:77:644\n");
}

TEST_F(UsersTest, WritingTakesSetUserIdAway)
{
    ok("echo p > p; chmod 6777 p");
    ok(as("1234", "echo q >> p"));
    EXPECT_EQ(ok("stat -c %a p"), "777\n");
    ok("chmod 4755 p; chown 5:5 p");
    EXPECT_EQ(ok("stat -c %a p"), "755\n");
}

TEST_F(PosixTest, TimesOfDirectoriesOutliveTheMount)
{
    ok("mkdir d; echo 1 > d/a; sleep 0.02; echo 2 > d/b; stat -c '%y %z' d > $TMP/before");
    const auto same = [this] { EXPECT_EQ(ok("stat -c '%y %z' d | diff $TMP/before -; echo ok"), "ok\n"); };
    remount();
    same();
    ok("sleep 0.02; rm d/a; stat -c '%y %z' d > $TMP/before; echo 1 > .control/sync");
    mount().kill9();
    start();
    same();
}

TEST_F(PosixTest, ANameThatChangesChangesTheCtime)
{
    ok(R"(python3 -c '
import os, time
def moved(what):
    global last
    time.sleep(0.01)
    what()
    now = os.fstat(fd).st_ctime_ns
    assert now > last, (last, now)
    last = now
for dirty in False, True:
    fd = os.open("f", os.O_CREAT | os.O_RDWR | os.O_TRUNC)
    os.write(fd, b"1")
    if not dirty: os.fsync(fd)
    last = os.fstat(fd).st_ctime_ns
    mtime = os.fstat(fd).st_mtime_ns
    moved(lambda: os.rename("f", "g"))
    moved(lambda: os.rename("g", "f"))
    open("other", "w").close()
    if dirty: moved(lambda: os.rename("other", "f"))
    else: moved(lambda: os.unlink("f"))
    assert os.fstat(fd).st_mtime_ns == mtime
    os.close(fd)
os.mkdir("d"); fd = os.open("d", os.O_RDONLY); last = os.fstat(fd).st_ctime_ns
moved(lambda: os.rename("d", "e"))
')");
}

}  // namespace
}  // namespace bytestore::test
