// What is done to a mount from outside: to its data directory, to its daemon, to those who use it.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

using testing::HasSubstr;

class FaultsTest : public MountTest {};

TEST_F(FaultsTest, ADataDirectoryThatIsRenamedIsUsedUnderItsNewName)
{
    ok("echo 1 > before; mv $DATA $DATA-new; mkdir $DATA; echo 2 > after; cat before after");
    EXPECT_EQ(ok("kvs --dir $DATA-new get after"), "2\n");
    EXPECT_EQ(ok("ls $DATA"), "");
    ok("rmdir $DATA; mv $DATA-new $DATA");
    remount();
    EXPECT_EQ(ok("cat before after"), "1\n2\n");
}

TEST_F(FaultsTest, ADataDirectoryThatIsRemovedEndsWritingAndNotReading)
{
    ok("echo 1 > f; rm -rf $DATA");
    for (const char* command : {"echo 2 > f", "echo 2 > g", "rm f", "mkdir d", "mv f g"}) {
        fails(command, "Input/output error");
    }
    EXPECT_EQ(ok("cat f"), "1\n");
    EXPECT_THAT(ok("cat .control/stats.json"), HasSubstr("was removed by another program"));
    EXPECT_THAT(mount().unmount().value_or(0), testing::Ne(0));  // what the store could not say when it was closed
}

TEST_F(FaultsTest, ASignalDuringACompactionEndsTheMountAndLosesNothing)
{
    ok("for i in {1..40}; do head -c 1000000 /dev/urandom > f$i; done; sha256sum f* > $TMP/sums");
    ok("for i in {1..40}; do cp f$i again; done");
    ok("(echo 1 > .control/compact) 2> /dev/null & sleep 0.05");
    EXPECT_EQ(mount().end_by(SIGTERM), 0) << mount().log();
    start();
    ok("sha256sum --quiet -c $TMP/sums; cmp f40 again");
    EXPECT_THAT(ok("kvs --dir $DATA verify"), HasSubstr("no damage"));
}

TEST_F(FaultsTest, AClientThatIsStoppedHoldsNobodyUp)
{
    ok("mkdir d; echo 1 > d/f");
    ok("python3 -c 'import os, signal\n"
       "f = open(\"d/f\", \"w\"); f.write(\"dirty\"); f.flush()\n"
       "entries = os.scandir(\"d\")\n"
       "open(os.environ[\"TMP\"] + \"/pid\", \"w\").write(str(os.getpid()))\n"
       "os.kill(os.getpid(), signal.SIGSTOP)' > /dev/null 2>&1 & until [ -s $TMP/pid ]; do sleep 0.01; done");
    EXPECT_EQ(ok("cat d/f; echo 2 > d/g; ls d; mv d e; echo 1 > .control/compact; echo 1 > .control/sync; ls"),
              "dirtyf\ng\ne\n");
    EXPECT_EQ(mount().end_by(SIGTERM), 0) << mount().log();
    ok("kill -9 $(cat $TMP/pid)");
    start();
    EXPECT_EQ(ok("cat e/f"), "dirty");
}

TEST_F(FaultsTest, ClientsThatAreInterruptedLeaveEveryValueWhole)
{
    ok("head -c 20000000 /dev/urandom > $TMP/a; head -c 20000000 /dev/urandom > $TMP/b; cp $TMP/a f");
    for (int i = 0; i < 20; ++i) {
        ok("timeout -s INT 0.0" + std::to_string(i + 1) + " cat f > /dev/null || true");
        ok("timeout -s INT 0.0" + std::to_string(i + 1) + " cp $TMP/b g && cmp g $TMP/b || true");
        ok("cmp f $TMP/a");
    }
    remount();
    ok("cmp f $TMP/a; cp $TMP/b g; cmp g $TMP/b");
}

}  // namespace
}  // namespace bytestore::test
