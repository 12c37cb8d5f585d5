// How a mount starts, is refused and ends.
#include "tests/mount/mount_test.h"
#include "tests/support/files.h"

#include <filesystem>
#include <functional>

namespace bytestore::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LifecycleTest : public StoreOnDisk {
protected:
    // `bytestore-mount WORDS` must say why in one line, and leave neither a mount nor a new file.
    void refused(const std::string& words, const std::string& reason) const
    {
        const auto before = listing();
        const auto outcome = sh("cd / && bytestore-mount " + words);
        EXPECT_EQ(outcome.status, 1) << words;
        EXPECT_THAT(outcome.err, AllOf(HasSubstr(reason), testing::MatchesRegex("bytestore-mount: [^\n]*\n"))) << words;
        EXPECT_EQ(listing(), before) << words;
        EXPECT_EQ(run({"findmnt", "-rn", "-T", place("tmp"), "-t", "fuse.bytestore"}).out, "");
    }
    std::vector<std::string> listing() const
    {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(place(""))) {
            names.push_back(entry.path());
        }
        std::ranges::sort(names);
        return names;
    }
    std::string pid() { return std::to_string(mount().pid()); }
};

TEST_F(LifecycleTest, EndsCleanlyHoweverItIsEnded)
{
    const std::vector<std::function<std::optional<int>()>> ways{
        [this] { return mount().unmount(); }, [this] { return mount().end_by(SIGTERM); },
        [this] { return mount().end_by(SIGINT); }, [this] { return mount().end_by(SIGHUP); }};
    for (std::size_t i = 0; i < ways.size(); ++i) {
        start();
        ok("echo " + std::to_string(i) + " >> f; touch t" + std::to_string(i));
        EXPECT_EQ(ways[i](), 0);
        EXPECT_FALSE(is_mount_point(root()));
        EXPECT_THAT(read_file(data() + "/LOCK"), HasSubstr("clean"));
    }
    start();
    EXPECT_EQ(ok("cat f; ls t*"), "0\n1\n2\n3\nt0\nt1\nt2\nt3\n");
    unmount();
    EXPECT_THAT(mount().log(), AllOf(Not(HasSubstr("warning")), Not(HasSubstr("error"))));
}

TEST_F(LifecycleTest, ASignalEndsAMountInUseAndKeepsWhatWasWritten)
{
    start();
    ok("echo old > f");
    Child user({"bash", "-c", "exec 3> f; echo new >&3; echo ready > $0; exec sleep 600", place("tmp/ready")},
               {.directory = root()});
    ok("until [ -s $TMP/ready ]; do sleep 0.01; done");
    EXPECT_EQ(mount().end_by(SIGTERM), 0);
    user.kill_group();
    EXPECT_FALSE(is_mount_point(root()));
    start();
    EXPECT_EQ(ok("cat f"), "new\n");
    unmount();
}

TEST_F(LifecycleTest, ASignalKeepsWhatWasWrittenToAMappingOfAnOpenFile)
{
    start();
    ok("echo old > f");
    Child user({"python3", "-c",
                "import mmap, sys, time\n"
                "with open('f', 'r+b') as f, mmap.mmap(f.fileno(), 0) as m, open(sys.argv[1], 'w') as ready:\n"
                "    m[0:3] = b'new'\n"
                "    print('ready', file=ready, flush=True)\n"
                "    time.sleep(600)",
                place("tmp/ready")},
               {.directory = root()});
    ok("until [ -s $TMP/ready ]; do sleep 0.01; done");
    EXPECT_EQ(mount().end_by(SIGTERM), 0);
    user.kill_group();
    start();
    EXPECT_EQ(ok("cat f"), "new\n");
    unmount();
}

TEST_F(LifecycleTest, ASignalLeavesTheOldValueToAWriterWhoHasOnlyTruncated)
{
    start();
    ok("echo old > f; echo old > g");
    ok("exec 3> f; : > g; sleep 0.1; kill " + std::to_string(mount().pid()) +
       "; while mountpoint -q $MNT; do sleep 0.01; done; ! echo new >&3");
    start();
    EXPECT_EQ(ok("cat f g"), "old\n");
}

TEST_F(LifecycleTest, InTheBackgroundItReturnsOnceTheMountAnswers)
{
    for (int i = 0; i < 5; ++i) {
        ok("bytestore-mount $DATA $MNT && echo $PWD > $MNT/f && cat $MNT/f && umount $MNT");
    }
}

TEST_F(LifecycleTest, TheMessageAtTheStartNamesTheTransport)
{
    start({"-o", "no_io_uring"});
    ok("ls");
    EXPECT_THAT(mount().log(), HasSubstr("is mounted on " + root() + ", over /dev/fuse"));
}

// A daemon takes longer to end than umount(8) if the kernel has much to forget.
TEST_F(LifecycleTest, ADaemonThatIsJustEndingIsWaitedFor)
{
    ok("seq 30000 | sed 's/.*/{\"cmd\":\"Set\",\"key\":\"k&\",\"value\":\"v\"}/' | kvs --dir $DATA import");
    ok("bytestore-mount $DATA $MNT");
    for (const auto* end : {"umount $MNT", "pkill -TERM -f \"bytestore-mount $DATA\""}) {
        for (int i = 0; i < 4; ++i) {
            ok(std::string("cd /; ls -l $MNT | tail -1; ") + end + "; bytestore-mount $DATA $MNT; cat $MNT/k7");
        }
    }
    ok("cd /; umount $MNT");
}

TEST_F(LifecycleTest, ASecondMountOfAStoreIsRefusedByNameOfTheFirst)
{
    start();
    std::filesystem::create_directory(place("other"));
    refused("$DATA $TMP/../other", pid());
    refused("$DATA $TMP/../other", root());
    refused("$TMP/another $MNT", "already shows the store " + data());
    EXPECT_EQ(ok("echo x > f; cat f"), "x\n");
    unmount();
}

TEST_F(LifecycleTest, PlacesThatCannotBeAreRefused)
{
    write_file(place("file"), "");
    std::filesystem::create_directories(place("store/inside"));
    refused("$DATA $TMP/missing", "does not exist");
    refused("$DATA $TMP/../file", "is not a directory");
    refused("$TMP/../store $TMP/../store/inside", "lies inside the data directory");
    refused("$MNT/inside $MNT", "lies inside the mount point");
    refused("$TMP/../store $TMP/../store", "are the same");
    refused("$TMP/../file $MNT", "is not a directory");
    refused("$TMP/no/parent $MNT", "cannot be made");
    refused("-o nonsense $DATA $MNT", "nonsense");
    refused("-o sync=sometimes $DATA $MNT", "sync=sometimes");
    refused("$DATA", "mount point");
}

TEST_F(LifecycleTest, ABindMountIsSeenThrough)
{
    ok("mkdir -p $TMP/a/in $TMP/b; mount --bind $TMP/a $TMP/b");
    refused("$TMP/a $TMP/b/in", "lies inside the data directory");
    refused("$TMP/b/in $TMP/a", "lies inside the mount point");
    ok("umount $TMP/b");
}

TEST_F(LifecycleTest, ReadOnlyShowsTheStoreAndChangesNothing)
{
    start();
    ok("echo x > f");
    unmount();
    const auto before = files_in(data());
    start({"-o", "ro"});
    EXPECT_EQ(ok("cat f"), "x\n");
    for (const char* command : {"echo y > f", "rm f", "mkdir d", "touch g", "mv f g", "chmod 600 f"}) {
        fails(command, "Read-only file system");
    }
    unmount();
    EXPECT_EQ(files_in(data()), before);
}

class DamageTest : public LifecycleTest {
protected:
    void SetUp() override
    {
        start({"-o", "segment_size=4K"});
        ok("for i in {1..60}; do head -c 300 /dev/zero | tr '\\0' v > k$i; done");
        unmount();
        ASSERT_GT(segments_in(data()).size(), 2U);
    }
    std::string first() const { return segments_in(data()).front(); }
};

TEST_F(DamageTest, IsReportedWithThePlaceAndNotMounted)
{
    auto bytes = read_file(first());
    bytes[bytes.find("vvv")] ^= 1;
    write_file(first(), bytes);
    refused("$DATA $MNT", std::filesystem::path(first()).filename());
    EXPECT_EQ(read_file(first()), bytes);
}

TEST_F(DamageTest, ASegmentThatIsADirectoryIsRefused)
{
    const auto name = first();
    std::filesystem::remove(name);
    std::filesystem::create_directory(name);
    refused("$DATA $MNT", std::filesystem::path(name).filename());
}

TEST_F(DamageTest, AMissingSegmentIsRefused)
{
    const auto name = first();
    std::filesystem::remove(name);
    refused("$DATA $MNT", std::filesystem::path(name).filename());
}

TEST_F(DamageTest, ADiskThatIsReadOnlyIsRefusedUnlessReadingIsAllThatIsAsked)
{
    ASSERT_EQ(run({"mount", "--bind", data(), data()}).status, 0);
    ASSERT_EQ(run({"mount", "-o", "remount,ro,bind", data()}).status, 0);
    refused("$DATA $MNT", "Read-only file system; it can be mounted with -o ro");
    start({"-o", "ro"});
    EXPECT_EQ(ok("ls | wc -l"), "60\n");
    unmount();
    EXPECT_EQ(run({"umount", data()}).status, 0);
}

}  // namespace
}  // namespace bytestore::test
