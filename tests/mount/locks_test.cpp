// Every way in which scripts and programs keep out of each other's way, and write to one file at once.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

struct Lock {
    const char* name;
    const char* take;  // until it succeeds
    const char* give;
};

// Processes increment a number under a lock: none is lost if only one at a time holds it.
class LockTest : public MountTest, public testing::WithParamInterface<Lock> {};

TEST_P(LockTest, IsHeldByOneAtATime)
{
    const auto& lock = GetParam();
    ok(std::string("echo 0 > n; for p in 1 2 3 4; do (for i in {1..15}; do until ") + lock.take +
       "; do sleep 0.002; done; [ ! -e held ] && : > held; echo $(($(cat n) + 1)) > n; rm held; " + lock.give +
       "; done) & done 2> $TMP/complaints; wait");
    EXPECT_EQ(ok("cat n"), "60\n");
}

INSTANTIATE_TEST_SUITE_P(
    All, LockTest,
    testing::Values(Lock{"Mkdir", "mkdir l 2> /dev/null", "rmdir l"},
                    Lock{"Noclobber", "(set -o noclobber; echo $BASHPID > l) 2> /dev/null", "rm l"},
                    Lock{"Symlink", "ln -s $BASHPID l 2> /dev/null", "rm l"},
                    Lock{"Exclusive", "dd of=l conv=excl status=none < /dev/null 2> /dev/null", "rm l"},
                    Lock{"RenameOfADirectory", "mkdir -p own$BASHPID/x && mv -T own$BASHPID l 2> /dev/null", "rm -r l"},
                    Lock{"Flock", "exec 3> l && flock 3", "exec 3>&-"},
                    Lock{"FlockThatDoesNotWait", "exec 3> l && flock -n 3", "exec 3>&-"},
                    Lock{"FlockOfADirectory", "mkdir -p l && exec 3< l && flock 3", "exec 3<&-"}),
    [](const auto& test) { return test.param.name; });

class LocksTest : public MountTest {};

TEST_F(LocksTest, RecordLocksExcludeOtherProcesses)
{
    ok("echo 0 > n; cat > $TMP/count.py <<'END'\n"
       "import fcntl\n"
       "for i in range(50):\n"
       "    with open('n', 'r+') as f:\n"
       "        fcntl.lockf(f, fcntl.LOCK_EX)\n"
       "        number = int(f.read())\n"
       "        f.seek(0)\n"
       "        f.write(str(number + 1))\n"
       "        f.flush()\n"
       "END\n"
       "for p in 1 2 3 4; do python3 $TMP/count.py & done; wait $(jobs -p)");
    EXPECT_EQ(ok("cat n"), "200");
}

TEST_F(LocksTest, OfADeadProcessAreFree)
{
    ok("(flock 3; touch held; exec sleep 600) 3> l & until [ -e held ]; do sleep 0.01; done; ! flock -n l true; kill "
       "-9 $!; flock -w "
       "10 l true");
}

TEST_F(LocksTest, AHardLinkIsNoLock)
{
    fails("echo $$ > own; ln own l", "Operation not permitted");
}

TEST_F(LocksTest, SeveralTeesAppendToOneFile)
{
    ok("for p in 1 2 3 4; do (for i in {1..100}; do echo $p line $i; done | tee -a log > /dev/null) & done; wait; for "
       "p in 1 2 3 4; "
       "do (for i in {1..25}; do echo $p single $i | tee -a log > /dev/null; done) & done; wait");
    EXPECT_EQ(ok("wc -l < log; sort -u log | wc -l; awk 'NF != 3' log"), "500\n500\n");
    compact_and_remount();
    EXPECT_EQ(ok("wc -l < log; sort -u log | wc -l; awk 'NF != 3' log"), "500\n500\n");
}

TEST_F(LocksTest, MappedMemoryIsSharedBetweenProcesses)
{
    ok("head -c 8192 /dev/zero > m; cat > $TMP/map.py <<'END'\n"
       "import mmap, os, sys\n"
       "with open('m', 'r+b') as f, mmap.mmap(f.fileno(), 0) as m:\n"
       "    for i in range(4):\n"
       "        if os.fork() == 0:\n"
       "            for at in range(i, 8192, 4): m[at] = 65 + i\n"
       "            os._exit(0)\n"
       "    for i in range(4): assert os.wait()[1] == 0\n"
       "    assert m[:] == b'ABCD' * 2048\n"
       "    m.flush()\n"
       "END\n"
       "python3 $TMP/map.py");
    EXPECT_EQ(ok("fold -w 4 m | sort -u"), "ABCD\n");
    compact_and_remount();
    EXPECT_EQ(ok("fold -w 4 m | sort -u"), "ABCD\n");
}

TEST_F(LocksTest, MktempMakesNamesOfItsOwn)
{
    EXPECT_EQ(ok("for p in 1 2 3; do (for i in {1..20}; do mktemp -p .; mktemp -d -p .; done) & done | sort -u | wc "
                 "-l; ls | wc -l"),
              "120\n120\n");
}

}  // namespace
}  // namespace bytestore::test
