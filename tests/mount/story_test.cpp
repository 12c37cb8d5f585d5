// The first thing that a user does, word for word.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class StoryTest : public StoreOnDisk {};

TEST_F(StoryTest, TheMountIsADirectoryOfTheStoresKeys)
{
    EXPECT_EQ(ok("bytestore-mount $DATA $MNT"), "");
    EXPECT_EQ(ok("mkdir -p user && echo '{\"name\":\"Alice\"}' > user/1"), "");
    EXPECT_EQ(ok("cat user/1"), "{\"name\":\"Alice\"}\n");
    EXPECT_EQ(ok("ls user"), "1\n");
    EXPECT_EQ(ok("rm user/1"), "");
    EXPECT_EQ(ok("ls user"), "");
    EXPECT_EQ(ok("cd $TMP && umount $MNT"), "");
    EXPECT_FALSE(is_mount_point(root()));
}

class ControlTest : public MountTest {};

TEST_F(ControlTest, StatsAreWhatKvsStatsPrints)
{
    ok("echo Rust > lang");
    const auto stats = ok("cat .control/stats");
    EXPECT_THAT(stats, HasSubstr("Store statistics\n========================================\n"));
    EXPECT_THAT(stats, HasSubstr("  Directory  : " + data() + "\n  Live keys  : 1\n  Disk usage : "));
    EXPECT_EQ(ok("kvs --dir $DATA stats"), stats);
    EXPECT_EQ(ok("wc -c < .control/stats"), ok("stat -c %s .control/stats"));
}

TEST_F(ControlTest, CompactionDropsWhatIsStale)
{
    ok("for i in 1 2 3 4 5; do echo $i > n; done");
    EXPECT_EQ(records().size(), 5U);
    EXPECT_EQ(ok("echo 1 > .control/compact"), "");
    EXPECT_THAT(records(), ElementsAre(LogRecord{"Set", "n", "5\n"}));
    EXPECT_EQ(ok("cat n"), "5\n");
}

TEST_F(ControlTest, SyncTakesOneAndNothingElse)
{
    EXPECT_EQ(ok("echo 1 > .control/sync"), "");
    const auto refused = sh("printf nonsense > .control/sync");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("Invalid argument"));
}

TEST_F(ControlTest, IsReachableByNameButNotListed)
{
    ok("echo x > f");
    EXPECT_EQ(ok("ls -A"), "f\n");
    EXPECT_EQ(ok("find . -mindepth 1"), "./f\n");
    EXPECT_EQ(ok("stat -c '%a %F' .control"), "700 directory\n");
    EXPECT_EQ(ok("stat -c %a .control/stats .control/compact"), "400\n600\n");
}

}  // namespace
}  // namespace bytestore::test
