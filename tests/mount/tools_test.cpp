// The tools that people have are the clients: each must find a file system that it can work in.
#include "tests/mount/mount_test.h"

#include <unistd.h>

namespace bytestore::test {
namespace {

class ToolsTest : public MountTest {};

TEST_F(ToolsTest, SearchFindsWhatIsThere)
{
    ok("mkdir -p a/b; echo needle > a/b/x; echo hay > a/y; ln -s y a/link");
    EXPECT_EQ(ok("grep -r needle ."), "./a/b/x:needle\n");
    EXPECT_EQ(ok("find . -type f -name x; find . -type l; find . -size -2 -type f | sort"),
              "./a/b/x\n./a/link\n./a/b/x\n./a/y\n");
    EXPECT_EQ(ok("du -b --apparent-size a/y | cut -f1; stat -c '%F %h' a/y a/link"),
              "4\nregular file 1\nsymbolic link 1\n");
    EXPECT_EQ(ok("diff -r a a && df --output=fstype . | tail -n1"), "fuse.bytestore\n");
}

TEST_F(ToolsTest, DirectoriesComeAndGo)
{
    ok("mkdir -p a/b/c; mkdir e; rmdir a/b/c; touch a/b/f; rm -r a; [ ! -e a ]");
    remount();
    EXPECT_EQ(ok("ls -A; rmdir e; ls -A"), "e\n");
    ok("mkdir d; echo x > d/f; rm d/*; echo y > d/new");
    EXPECT_EQ(ok("cat d/new"), "y\n");
}

TEST_F(ToolsTest, MappedMemoryIsWrittenBack)
{
    ok("printf '0123456789' > f\n"
       "python3 -c 'import mmap\n"
       "with open(\"f\", \"r+b\") as f, mmap.mmap(f.fileno(), 0) as m: m[3:5] = b\"XY\"; m.flush(); f.flush()'");
    EXPECT_EQ(ok("cat f"), "012XY56789");
    remount();
    EXPECT_EQ(
        ok("cat f; python3 -c 'import mmap; f = open(\"f\"); print(mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)[:])'"),
        "012XY56789b'012XY56789'\n");
}

TEST_F(ToolsTest, RandomWritesAndTruncationWork)
{
    ok("printf abcdef > f; printf XY | dd of=f bs=1 seek=2 conv=notrunc status=none");
    EXPECT_EQ(ok("cat f"), "abXYef");
    ok("truncate -s 3 f; truncate -s 5 f");
    EXPECT_EQ(ok("od -An -c f"), "   a   b   X  \\0  \\0\n");
    remount();
    EXPECT_EQ(ok("stat -c %s f"), "5\n");
}

TEST_F(ToolsTest, AnUnlinkedFileLivesUntilItsLastClose)
{
    EXPECT_EQ(ok("echo one > f; exec 3<> f; rm f; echo TWO >&3; cat /proc/self/fd/3; [ ! -e f ]"), "TWO\n");
    remount();
    EXPECT_EQ(ok("ls -A"), "");
}

TEST_F(ToolsTest, AReaderOfAReplacedFileKeepsTheOldOne)
{
    EXPECT_EQ(ok("echo old > f; exec 3< f; echo new > g; mv g f; cat <&3; cat f"), "old\nnew\n");
}

TEST_F(ToolsTest, TailFollowsAppendsAndReplacements)
{
    ok("echo 1 > log; timeout 30 tail -n +1 -s 0.1 -F log > $TMP/followed 2> /dev/null & until grep -q 1 "
       "$TMP/followed; do sleep "
       "0.05; done; echo 2 >> log; until grep -q 2 $TMP/followed; do sleep 0.05; done; echo 3 > new; mv new log; until "
       "grep -q 3 "
       "$TMP/followed; do sleep 0.05; done; kill $!");
    EXPECT_EQ(ok("cat $TMP/followed"), "1\n2\n3\n");
}

TEST_F(ToolsTest, AttributesAreSetAndKept)
{
    ok("mkdir -p d/e; echo 1 > d/f; ln -s f d/l; chmod -R u=rwX,g=rX,o= d; touch -d '2020-01-02 03:04:05.123456789Z' "
       "d/f; touch -d "
       "@-1.5 d/e; touch -h -d @5 d/l; chown -R $(id -u):$(id -g) d");
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(ok("cd d; TZ=UTC stat -c '%n %a %y' . f; stat -c '%n %a %.Y' e; stat -c '%n %F %.Y' l | tail -n 3"),
                  ok("cd d; echo . 750 $(stat -c %y .)") +
                      "f 640 2020-01-02 03:04:05.123456789 +0000\ne 750 -1.500000000\nl symbolic link 5.000000000\n");
        compact_and_remount();
    }
}

TEST_F(ToolsTest, OwnersAreSetAndKept)
{
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root";
    }
    ok("mkdir -p d; echo 1 > d/f; ln -s f d/l; chown -R 1:2 d; chown -h 3:4 d/l; chgrp 5 d/f");
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(ok("stat -c '%n %u:%g' d d/f d/l"), "d 1:2\nd/f 1:5\nd/l 3:4\n");
        compact_and_remount();
    }
}

TEST_F(ToolsTest, DfTellsOfTheDiskUnderTheStore)
{
    EXPECT_EQ(ok("df --output=size . | tail -n 1"), ok("df --output=size $DATA | tail -n 1"));
    EXPECT_EQ(ok("df --output=fstype,target . | tail -n 1 | tr -s ' '"), "fuse.bytestore " + root() + "\n");
    EXPECT_EQ(ok("stat -f -c %l ."), "255\n");
}

TEST_F(ToolsTest, PagersReadFilesAndPipesFeedThem)
{
    EXPECT_EQ(ok("seq 100 > f; less -F f | cat | tail -n 1; tac f | tee g | head -n 1; comm -3 <(sort f) <(sort g); "
                 "split -l 10 f "
                 "part.; cat part.* | cmp - f; ls part.* | wc -l"),
              "100\n100\n10\n");
}

TEST_F(ToolsTest, ValuesOfEveryByteAreKept)
{
    ok("python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 9)' > $TMP/bytes; cp $TMP/bytes f\n"
       "printf '\\0b64:eA==' > looks; printf '\\xef\\xbb\\xbfbom' > bom; printf '\\0link:x' > link; printf '' > empty");
    remount();
    EXPECT_EQ(ok("cmp f $TMP/bytes; od -An -c looks link | tr -d ' \\n'; cat bom"),
              "\\0b64:eA==\\0link:x\xef\xbb\xbf"
              "bom");
    EXPECT_EQ(ok("stat -c '%n %s %F' *"),
              "bom 6 regular file\nempty 0 regular empty file\nf 2304 regular file\nlink 7 regular file\nlooks 9 "
              "regular file\n");
}

}  // namespace
}  // namespace bytestore::test
