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

TEST_F(FullDiskTest, OfWhichEverySecondValueIsRemovedGivesBackHalf)
{
    ok("mkdir s; i=0; while head -c 40000 $TMP/big > s/$i; do i=$((i + 1)); done");
    ok("cd s; ls | awk 'NR % 2' | xargs rm; echo 1 > ../.control/compact; ls | wc -l > ../count");
    ok("for i in {1..6}; do cp $TMP/big again$i; done; [ $(ls s | wc -l) = $(cat count) ]");
}

TEST_F(FullDiskTest, KeepsNoSpaceForWhatWasReadAndRemoved)
{
    fill();
    ok("cat fill* > /dev/null; rm fill*; echo 1 > .control/compact");
    ok("for i in {1..10}; do cp $TMP/big again$i; done");
}

// Another program takes every block that is left, and values all that the log has taken ahead, but for its spare. (What
// is written last is empty and has a key of one byte, so that nothing else is small enough; it takes less once it is a
// record, so more of it is tried. Nothing of it is dead, and could make room.)
class NoBlockLeftTest : public FullDiskTest {
protected:
    void SetUp() override
    {
        FullDiskTest::SetUp();
        ok("mkdir d e; echo 1 > d/only; echo 2 > gone; cp $TMP/big big; cp $TMP/big big2");
    }
    void TearDown() override
    {
        empty();
        FullDiskTest::TearDown();
    }
    void fill()
    {
        fails("head -c 99M /dev/zero > $DATA/ballast", "No space left on device");
        sh("mkdir pad; i=0; for n in 200000 20000 2000 0; do\n"
           "while head -c $n $TMP/big > pad/$i; do i=$((i + 1)); done; done\n"
           "for keys in 'A B C D E F G H I J' '0 1 2 3 4 5 6 7 8 9' 'k l m n o p q r s t'; do\n"
           "for key in $keys; do : > $key || break; done; echo 1 > .control/sync; done");
        names_ = ok("ls");
    }
    void empty() const { ok("rm -f $DATA/ballast"); }

    std::string names_;
};

struct Writing {
    const char* name;
    const char* command;
    const char* shell = "bash";
};

class WritingTest : public NoBlockLeftTest, public testing::WithParamInterface<Writing> {};

TEST_P(WritingTest, FailsVisiblyAndTheOldValueStands)
{
    fill();
    const auto done = sh(GetParam().command, GetParam().shell);
    EXPECT_NE(done.status, 0) << done.out;
    EXPECT_NE(done.err, "");
    EXPECT_EQ(ok("cat value; cmp big $TMP/big; stat -c %s value"), "old\n4\n");
    EXPECT_EQ(ok("ls"), names_);
    empty();
    ok("echo x > new; rm new");
}

INSTANTIATE_TEST_SUITE_P(
    All, WritingTest,
    testing::Values(Writing{"EchoOfBash", "echo x > value"}, Writing{"EchoOfDash", "echo x > value", "dash"},
                    Writing{"AppendOfBash", "echo x >> value"}, Writing{"AppendOfDash", "echo x >> value", "dash"},
                    Writing{"ANewFileOfBash", "echo x > new"}, Writing{"ANewFileOfDash", "echo x > new", "dash"},
                    Writing{"Touch", "touch new"}, Writing{"Cp", "cp $TMP/big value"},
                    Writing{"Cat", "cat big > value"}, Writing{"Dd", "dd if=$TMP/big of=value bs=4k status=none"},
                    Writing{"DdInPlace", "dd if=/dev/zero of=big bs=4k count=1 conv=notrunc status=none"},
                    Writing{"Truncate", "truncate -s 100K value"}, Writing{"TruncateToNothing", "truncate -s 0 big"},
                    Writing{"Sed", "sed -i s/old/new/ value"}, Writing{"MvOver", "mv big value"},
                    Writing{"Mkdir", "mkdir new"}, Writing{"Link", "ln -s x new"},
                    Writing{"Mapping",
                            "python3 -c 'import mmap\n"
                            "with open(\"big\", \"r+b\") as f:\n"
                            "  with mmap.mmap(f.fileno(), 0) as m: m[0:3] = b\"new\"; m.flush()'"}),
    [](const auto& test) { return test.param.name; });

TEST_F(NoBlockLeftTest, WhatIsRemovedIsGone)
{
    fill();
    ok("rm gone; rm d/only; rmdir e; rmdir d; rm big big2");
    EXPECT_EQ(ok("ls -d d e gone big* 2> /dev/null | wc -l; cat value"), "0\nold\n");
    remount();
    EXPECT_EQ(ok("ls -d d e gone big* 2> /dev/null | wc -l; cat value"), "0\nold\n");
}

TEST_F(NoBlockLeftTest, KvsRemovesAsWell)
{
    fill();
    unmount();
    ok("kvs --dir $DATA del gone");
    EXPECT_NE(sh("kvs --dir $DATA set value new").status, 0);
    EXPECT_EQ(ok("kvs --dir $DATA get value"), "old\n");
    ok("kvs --dir $DATA del big; kvs --dir $DATA set value new");
    EXPECT_EQ(ok("kvs --dir $DATA get value"), "new\n");
    ok("echo old | kvs --dir $DATA set value -");
    start();
}

TEST_F(NoBlockLeftTest, ThousandsOfRemovalsGetThroughOneByOne)
{
    ok("mkdir many; for i in {1..3000}; do echo > many/$i; done");
    fill();
    ok("rm -r many");
    EXPECT_THAT(ok("ls"), testing::Not(testing::HasSubstr("many")));
}

TEST_F(NoBlockLeftTest, ACompactionFreesWhatWasRemoved)
{
    ok("for i in {1..5}; do cp $TMP/big big; done");
    fill();
    ok("rm big big2; echo 1 > .control/compact");
    ok("cp $TMP/big big; cmp big $TMP/big");
}

TEST_F(NoBlockLeftTest, RemovingALargeValueMakesRoomByItself)
{
    remount({"-o", "segment_size=1M"});
    ok("for i in {1..3}; do cp $TMP/big more$i; done");
    fill();
    ok("rm big big2 more*");
    ok("cp $TMP/big big; cmp big $TMP/big");
}

TEST_F(NoBlockLeftTest, SomeOfManyLargeValuesMakeRoomForAsMuch)
{
    ok("for i in {1..8}; do cp $TMP/big more$i; done");
    fill();
    ok("rm more2 more4");
    ok("cp $TMP/big again; cmp again $TMP/big; cmp more3 $TMP/big");
}

TEST_F(NoBlockLeftTest, WritersThatHaveTheirSpaceFinish)
{
    ok("mkfifo $TMP/go");
    ok("{ head -c 100000 $TMP/big; cat $TMP/go; } > slow & until [ \"$(stat -c %s slow)\" = 100000 ]; do sleep 0.01; "
       "done\n"
       "head -c 99M /dev/zero > $DATA/ballast 2> /dev/null; for i in {1..50}; do rm -f gone; cp $TMP/big x$i 2> "
       "/dev/null; done\n"
       "printf '' > $TMP/go; wait $!; cmp -n 100000 slow $TMP/big");
}

}  // namespace
}  // namespace bytestore::test
