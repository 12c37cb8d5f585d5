// A disk that fails under the log: what was lost is said to the one who loses, and from then on to all.
#include "tests/mount/mount_test.h"
#include "tests/support/files.h"

#include <cstdlib>

namespace bytestore::test {
namespace {

using testing::HasSubstr;

class FailingDiskTest : public StoreOnDisk {
protected:
    // A daemon whose disk fails in what `fail` names.
    void SetUp() override
    {
        ::setenv("LD_PRELOAD", FAILING_DISK, 1);
        ::setenv("FAILING_DISK", place("failing").c_str(), 1);
        start({"-o", "sync=always"});
        ::unsetenv("LD_PRELOAD");
        ok("echo old > value; echo other > other");
    }
    void fail(const std::string& calls) const { write_file(place("failing"), calls); }
    void heal() const { fail(""); }
};

TEST_F(FailingDiskTest, AWriteThatFailsIsCutBackAndTheOldValueStands)
{
    for (const char* command : {"cp /etc/hostname value", "mv other value", "rm value", "mkdir d", "ln -s x link",
                                "chmod 600 value", "kvs --dir $DATA set value 1"}) {
        fail("write");
        EXPECT_NE(sh(command).status, 0) << command;
        heal();
        EXPECT_EQ(ok("cat value other; ls"), "old\nother\nother\nvalue\n") << command;
    }
    ok("echo new > value; mv value moved");
    remount();
    EXPECT_EQ(ok("cat moved; ls"), "new\nmoved\nother\n");
}

TEST_F(FailingDiskTest, ASyncThatFailsEndsWritingAndNotReading)
{
    fail("sync");
    fails("cp /etc/hostname value", "Input/output error");
    heal();
    for (const char* command : {"echo 1 > value", "echo 1 > new", "mv other moved", "rm other", "mkdir d",
                                "echo 1 > .control/compact", "truncate -s 1 value", "chmod 600 value"}) {
        fails(command, "Input/output error");
    }
    EXPECT_EQ(ok("cat other; ls"), "other\nother\nvalue\n");
    EXPECT_THAT(ok("cat .control/stats .control/last-error"), HasSubstr("takes no more writes"));
    EXPECT_THAT(mount().log(), HasSubstr("no more writes are taken"));
    EXPECT_THAT(sh("kvs --dir $DATA set a b").err, HasSubstr("takes no more writes"));
    EXPECT_THAT(mount().unmount().value_or(0), testing::Ne(0));
    start();
    ok("echo again > value; echo 1 > .control/sync");
    EXPECT_EQ(ok("cat value other"), "again\nother\n");
}

}  // namespace
}  // namespace bytestore::test
