// A disk that is full says so where tools listen, loses nothing, and can be freed again.
#include "tests/mount/mount_test.h"

#include <sys/mount.h>
#include <sys/stat.h>

namespace bytestore::test {
namespace {

class FullDiskTest : public StoreOnDisk {
protected:
    void SetUp() override
    {
        ASSERT_EQ(::mkdir(data().c_str(), 0755), 0);
        ASSERT_EQ(::mount("tmpfs", data().c_str(), "tmpfs", 0, "size=16M"), 0);
        start();
        ok("echo old > value; head -c 1000000 /dev/urandom > $TMP/big");
    }
    void TearDown() override
    {
        unmount();
        start();
        EXPECT_EQ(ok("cat value"), after_);
        unmount();
        EXPECT_EQ(::umount2(data().c_str(), 0), 0);
    }
    void fill() const
    {
        const auto filled = sh("for i in {1..99}; do cp $TMP/big fill$i || exit; done");
        EXPECT_THAT(filled.err, testing::HasSubstr("No space left on device"));
    }

    std::string after_ = "old\n";
};

TEST_F(FullDiskTest, IsReportedToEveryWriterAndTheOldValuesStand)
{
    fill();
    for (const char* command : {"cp $TMP/big value", "dd if=$TMP/big of=value status=none", "cat $TMP/big > value"}) {
        fails(command, "No space left on device");
        EXPECT_EQ(ok("cat value"), "old\n") << command;
    }
    for (const auto* command : {"cmp fill1 $TMP/big", "ls", "stat value"}) {
        ok(command);
    }
}

TEST_F(FullDiskTest, TakesWritesAgainOnceThereIsRoom)
{
    fill();
    ok("rm fill*");
    ok("echo 1 > .control/compact");
    ok("echo new > value; cp $TMP/big again; cmp again $TMP/big");
    after_ = "new\n";
}

}  // namespace
}  // namespace bytestore::test
