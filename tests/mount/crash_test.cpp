// A daemon that is killed loses nothing that a close acknowledged, and leaves a mount point that the next one takes
// over.
#include "tests/mount/mount_test.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>

namespace bytestore::test {
namespace {

using testing::HasSubstr;

class CrashTest : public StoreOnDisk {
protected:
    void SetUp() override { start(); }
    void crash_and_remount()
    {
        mount().kill9();
        // The second is what a request over io_uring is told that was on its way.
        EXPECT_THAT(sh("ls $MNT").err, testing::AnyOf(HasSubstr("Transport endpoint is not connected"),
                                                      HasSubstr("Software caused connection abort")));
        start();
    }
};

TEST_F(CrashTest, EveryClosedValueIsThereAndTheDeadMountIsReplaced)
{
    ok("mkdir d; for i in {1..100}; do echo value $i > d/$i; done; mv d/1 d/one; rm d/2; ln -s d/one link");
    crash_and_remount();
    EXPECT_EQ(ok("ls d | wc -l; cat d/one link; cat d/100"), "99\nvalue 1\nvalue 1\nvalue 100\n");
    EXPECT_EQ(sh("cat d/2").status, 1);
    crash_and_remount();
    EXPECT_EQ(ok("ls d | wc -l"), "99\n");
}

TEST_F(CrashTest, AnOpenWriteLeavesTheOldValue)
{
    ok("echo old > f");
    // Not by a shell, whose redirections close copies of the file.
    Child writer({"python3", "-c",
                  "import os, sys, time\n"
                  "os.write(os.open('f', os.O_WRONLY), b'new')\n"
                  "print('ready', file=open(sys.argv[1], 'w'), flush=True)\n"
                  "time.sleep(600)",
                  place("tmp/ready")},
                 {.directory = root()});
    ok("until [ -s $TMP/ready ]; do sleep 0.01; done");
    mount().kill9();
    writer.kill_group();
    start();
    EXPECT_EQ(ok("cat f"), "old\n");
}

// Each writer notes outside of the store which value it has closed. That one or a later one must be there, whole.
TEST_F(CrashTest, InTheMiddleOfWritersTearsNothing)
{
    const std::string writer =
        "import sys\n"
        "name, note = sys.argv[1:]\n"
        "for i in range(10**9):\n"
        "    with open(name, 'w') as f: f.write(f'{i:09d}' * 2000)\n"
        "    with open(note, 'w') as f: f.write(f'{i:09d}')\n";
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);  // they complain when the daemon is gone
    for (int round = 0; round < 4; ++round) {
        std::vector<std::unique_ptr<Child>> writers;
        for (const char* name : {"a", "b", "c"}) {
            writers.push_back(
                std::make_unique<Child>(std::vector<std::string>{"python3", "-c", writer, name, place("tmp/") + name},
                                        ChildSettings{.directory = root(), .out = 1, .err = nowhere}));
        }
        ok("until [ -s $TMP/a ] && [ -s $TMP/b ] && [ -s $TMP/c ]; do sleep 0.01; done; sleep 0.3");
        mount().kill9();
        writers.clear();
        start();
        for (const char* name : {"a", "b", "c"}) {
            const auto value = ok(std::string("cat ") + name);
            EXPECT_EQ(value.size(), 18000U);
            const auto first = value.substr(0, 9);
            EXPECT_GE(first, ok(std::string("cat $TMP/") + name)) << "a closed value is lost";
            EXPECT_EQ(ok(std::string("fold -w 9 ") + name + " | sort -u"), first + "\n") << "torn";
        }
        ok("rm $TMP/[abc]");
    }
    ::close(nowhere);
}

}  // namespace
}  // namespace bytestore::test
