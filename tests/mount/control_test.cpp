// .control as shells and tools use it.
#include "tests/mount/mount_test.h"

#include <csignal>

namespace bytestore::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kLine = R"(line() { echo "{\"cmd\":\"Set\",\"key\":\"$1\",\"value\":\"$2\"}"; }; )";

class ControlFilesTest : public MountTest {};

TEST_F(ControlFilesTest, EveryFileIsAsLongAsItSays)
{
    ok("echo x > f; cat f");
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(ok("for f in .control/*; do [ $(wc -c < $f) = $(stat -c %s $f) ] || echo $f; done"), "");
        EXPECT_EQ(ok("for f in .control/*; do [ $(cat $f | wc -c) = $(stat -c %s $f) ] || echo $f; done"), "");
    }
}

TEST_F(ControlFilesTest, ToolsThatWalkTheMountDoNotMeetIt)
{
    ok("echo x > f");
    EXPECT_EQ(ok("find . -mindepth 1; grep -rl . .; tar c . | tar t; ls -A"), "./f\n./f\n./\n./f\nf\n");
}

TEST_F(ControlFilesTest, CommandsAreWrittenInAnyWay)
{
    for (const std::string name : {"compact", "sync"}) {
        for (const std::string way : {"echo 1 > $F", "echo 1 >> $F", "printf 1 > $F", "echo 1 | tee $F",
                                      "echo 1 | tee -a $F", "echo 1 | dd of=$F status=none", "echo 1 | cat > $F"}) {
            ok("F=.control/" + name + "; " + way);
        }
        fails("echo 2 > .control/" + name, "Invalid argument");
    }
    for (const char* shell : {"bash", "dash"}) {
        ok("echo 1 > .control/sync || exit 9; echo 1 >> .control/compact || exit 9", shell);
        EXPECT_NE(sh("echo 2 > .control/sync", shell).status, 0);
    }
}

TEST_F(ControlFilesTest, WhatIsOnlyToBeReadRefusesWriters)
{
    for (const char* command : {"echo 1 > .control/stats", "echo 1 >> .control/stats", "echo 1 | tee .control/stats",
                                ": > .control/version", "truncate -s 0 .control/config"}) {
        fails(command, "Permission denied");
    }
    for (const char* command : {"touch .control/new", "mkdir .control/d", "rm .control/stats", "mv .control/stats x",
                                "chmod 644 .control/stats", "chmod 755 .control"}) {
        fails(command, "Operation not permitted");
    }
    EXPECT_EQ(ok("stat -c '%A' .control .control/stats .control/apply"), "drwx------\n-r--------\n-rw-------\n");
}

TEST_F(ControlFilesTest, TheLogLevelChangesAtOnce)
{
    EXPECT_EQ(ok("cat .control/log-level"), "info\n");
    fails("echo 2 > .control/sync", "Invalid argument");
    EXPECT_THAT(mount().log(), Not(HasSubstr("answered with an error")));
    EXPECT_EQ(ok("echo DEBUG > .control/log-level; cat .control/log-level"), "debug\n");
    fails("echo 2 > .control/sync", "Invalid argument");
    EXPECT_THAT(mount().log(), HasSubstr("answered with an error"));
    fails("echo loud > .control/log-level", "Invalid argument");
    EXPECT_EQ(ok("cat .control/log-level"), "debug\n");
    EXPECT_THAT(ok("cat .control/last-error"), HasSubstr("Z EINVAL: log-level: takes one of trace,"));
}

TEST_F(ControlFilesTest, TheConfigCanBeGivenBack)
{
    remount({"-o", "sync=never,max_value=1M,compact_dead=7,uid=12,fsname=a\\,b\\\\c,noexec"});
    const auto config = ok("cat .control/config");
    EXPECT_THAT(config, HasSubstr("sync=never\n"));
    EXPECT_THAT(config, HasSubstr("max_value=1048576\n"));
    const auto joined = ok("paste -sd, .control/config | tr -d '\\n'");
    remount({"-o", joined});
    EXPECT_EQ(ok("cat .control/config"), config);
    remount();
    EXPECT_NE(ok("cat .control/config"), config);
}

TEST_F(ControlFilesTest, LinesAreAppliedHoweverTheyAreWritten)
{
    ok(kLine +
       "for i in {1..300}; do line k:$i $i; done > $TMP/lines; cat $TMP/lines > $TMP/all;"
       "line large $(head -c 300000 /dev/zero | tr '\\0' v) >> $TMP/all");
    for (const std::string way : {"cat $TMP/all > $F", "cat $TMP/all | tee $F > /dev/null", "cp $TMP/all $F",
                                  "dd if=$TMP/all of=$F bs=1000 status=none", "dd if=$TMP/all of=$F bs=1M status=none",
                                  "dd if=$TMP/all of=$F bs=99999 oflag=append conv=notrunc,fsync status=none",
                                  "while read -r l; do printf '%s\\n' \"$l\"; done < $TMP/all > $F"}) {
        ok("F=.control/apply; " + way);
        EXPECT_EQ(ok("ls k | wc -l; cat k/1 k/300; wc -c < large; rm -r k large"), "300\n1300300000\n") << way;
    }
    ok("head -n 20 $TMP/lines | dd of=.control/apply bs=1 status=none");
    EXPECT_EQ(ok("ls k | wc -l"), "20\n");
}

TEST_F(ControlFilesTest, AShellMayForkInsideALineAndABatch)
{
    for (const char* shell : {"bash", "dash"}) {
        ok("{ printf '{\"batch\":2}\\n{\"cmd\":\"Set\",'; /bin/true; (true); printf "
           "'\"key\":\"a\",\"value\":\"1\"}\\n';"
           "  $(true); echo '{\"cmd\":\"Delete\",\"key\":\"b\"}'; } > .control/apply",
           shell);
        EXPECT_EQ(ok("cat a; rm a"), "1");
    }
}

// The kernel has cached the names, the lists, the attributes and the pages of what changes.
TEST_F(ControlFilesTest, WhatIsAppliedIsSeenAtOnce)
{
    ok("mkdir d; echo old > d/f; echo old > gone");
    for (int i = 0; i < 20; ++i) {
        const auto n = std::to_string(i);
        ok("ls . d; cat d/f; stat d/f gone; ls d/new" + n + " 2> /dev/null; true");
        ok(kLine + "(echo '{\"batch\":3}'; line d:f value" + n + "; line d:new" + n +
           " x; echo '{\"cmd\":\"Delete\",\"key\":\"gone\"}') > .control/apply");
        EXPECT_EQ(ok("cat d/f; stat -c %s d/f; cat d/new" + n + "; ls d | grep -c new; ls gone 2> /dev/null || true"),
                  "value" + n + std::to_string(5 + n.size()) + "\nx" + std::to_string(i + 1) + "\n");
        ok("echo old > gone");
    }
}

TEST_F(ControlFilesTest, ABadLineStopsTheWriterAndIsNamed)
{
    ok(kLine + "for i in {1..500}; do line k:$i $i; done > $TMP/lines; sed -i '400s/Set/Sit/' $TMP/lines");
    fails("cat $TMP/lines > .control/apply", "Invalid argument");
    EXPECT_EQ(ok("ls k | wc -l"), "399\n");
    EXPECT_THAT(ok("cat .control/last-error"), HasSubstr("Z EINVAL: apply: line 400: unknown cmd Sit"));
}

TEST_F(ControlFilesTest, ABatchThatIsNotCompleteIsAnErrorOfTheClose)
{
    ok(kLine + "(echo '{\"batch\":3}'; line a 1; line b 2) > $TMP/lines");
    fails("dd if=$TMP/lines of=.control/apply status=none", "Invalid argument");
    fails("cp $TMP/lines .control/apply", "Invalid argument");
    EXPECT_THAT(ok("cat .control/last-error"), HasSubstr("the batch of line 1 has 2 of 3 records"));
    EXPECT_EQ(ok("ls"), "");
}

TEST_F(ControlFilesTest, AWriterThatIsKilledLeavesNoHalfBatch)
{
    ok(kLine +
       "(echo '{\"batch\":3}'; line a 1; line b 2; sleep 60) > .control/apply & sleep 0.2; kill -9 $!; wait $! || "
       "true");
    EXPECT_EQ(ok("ls"), "");
    ok(kLine + "line c 3 > .control/apply");
    EXPECT_EQ(ok("ls"), "c\n");
}

TEST_F(ControlFilesTest, WhatWasAppliedSurvivesTheDeathOfTheDaemon)
{
    ok(kLine + "for i in {1..100}; do line k:$i $i; done > .control/apply");
    mount().kill9();
    start();
    EXPECT_EQ(ok("ls k | wc -l"), "100\n");
}

// A write to apply waits for the kernel, and the kernel for other requests: however many they are, those are served.
TEST_F(ControlFilesTest, ManyWritersOfApplyDoNotStarveOthers)
{
    ok(kLine +
       "for w in {1..24}; do ( for i in {1..20}; do line d:$w-$i x > .control/apply || exit 1; done ) & done;"
       "for w in {1..6}; do ( for i in {1..20}; do mkdir -p d; echo y > d/own-$w-$i && mv d/own-$w-$i d/moved-$w-$i"
       " && ls d > /dev/null && rm d/moved-$w-$i || exit 1; done ) & done;"
       "for job in $(jobs -p); do wait $job || exit 1; done");
    EXPECT_EQ(ok("ls d | wc -l"), "480\n");
}

TEST_F(ControlFilesTest, TheDaemonEndsWhileCommandsCome)
{
    // Both change the root: whoever makes a directory holds the lock that the kernel needs to forget a name in it.
    ok(kLine +
       "for w in {1..4}; do ( while line n$RANDOM x; do :; done > .control/apply 2> /dev/null ) &"
       "( while mkdir m$w && rmdir m$w; do :; done 2> /dev/null ) & done; sleep 0.1");
    EXPECT_EQ(mount().end_by(SIGTERM), 0);
}

}  // namespace
}  // namespace bytestore::test
