// The tools that people have are the clients: each must find a file system that it can work in.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

using testing::HasSubstr;

class ToolsTest : public MountTest {
protected:
    // A tree with what cp -a and others carry over: modes, times, links, empty directories, binary values.
    void make_tree(const std::string& place) const
    {
        ok("mkdir -p " + place + "/sub/empty; cd " + place +
           "; echo text > text; head -c 70000 /dev/urandom > binary; : > sub/nothing; ln -s ../text sub/link; ln -s "
           "no/where broken\n"
           "chmod 640 text; chmod 755 binary; chmod 700 sub; touch -d '2001-02-03 04:05:06.789' text sub/nothing\n"
           "touch -h -d @1000000000 sub/link; touch -h -d @1000000003.5 broken; touch -d @1000000001 sub/empty; touch "
           "-d @1000000002.5 sub");
    }
    std::string metadata(const std::string& place) const
    {
        return ok(
            "cd " + place +
            "; find . -mindepth 1 \\( -type d -printf '%P %m %y %t\\n' -o -printf '%P %m %y %s %t %l\\n' \\) | sort");
    }
    void expect_same(const std::string& a, const std::string& b) const
    {
        ok("diff -r --no-dereference " + a + " " + b);
        EXPECT_EQ(metadata(a), metadata(b));
    }
};

TEST_F(ToolsTest, CpKeepsATreeThereAndBackAndOverARemount)
{
    make_tree("$TMP/tree");
    ok("cp -a $TMP/tree in");
    expect_same("$TMP/tree", "in");
    remount();
    expect_same("$TMP/tree", "in");
    ok("cp -a in $TMP/out; cp -a in copy");
    expect_same("$TMP/tree", "$TMP/out");
    expect_same("in", "copy");
}

TEST_F(ToolsTest, TimesAndModesOutliveCompactionAndRemount)
{
    make_tree("tree");
    const auto before = metadata("tree");
    for (int round = 0; round < 2; ++round) {
        ok("echo 1 > .control/compact");
        EXPECT_EQ(metadata("tree"), before);
        remount();
        EXPECT_EQ(metadata("tree"), before);
    }
}

TEST_F(ToolsTest, TarKeepsATree)
{
    make_tree("tree");
    ok("tar --format=posix -cf $TMP/tree.tar tree; mkdir out; tar xpf $TMP/tree.tar -C out");
    expect_same("tree", "out/tree");
}

TEST_F(ToolsTest, RsyncTransfersNothingTheSecondTime)
{
    make_tree("$TMP/tree");
    ok("rsync -a $TMP/tree/ in/");
    expect_same("$TMP/tree", "in");
    EXPECT_EQ(ok("rsync -ai $TMP/tree/ in/"), "");
    remount();
    EXPECT_EQ(ok("rsync -ai $TMP/tree/ in/"), "");
    EXPECT_EQ(ok("rsync -aic in/ $TMP/tree/"), "");
}

TEST_F(ToolsTest, GitWorksInARepository)
{
    ok("git init -q repo; cd repo; git config user.name N; git config user.email e@example.org\n"
       "for i in 1 2 3; do echo $i > file$i; mkdir -p d$i; echo $i > d$i/f; git add .; git commit -qm $i; done\n"
       "git mv file1 moved; git commit -qm moved; git gc -q; git fsck --strict; git checkout -q HEAD~1; git status "
       "--porcelain");
    remount();
    EXPECT_EQ(ok("cd repo; git fsck --strict 2>&1; git status --porcelain; git log --oneline | wc -l; ls"),
              "3\nd1\nd2\nd3\nfile1\nfile2\nfile3\n");
    ok("git clone -q repo clone; diff -r -x .git repo clone");
}

TEST_F(ToolsTest, MakeDoesNotRebuild)
{
    ok("printf 'out: in\\n\\tcp in out\\n' > Makefile; echo x > in; make -s");
    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(ok("make"), HasSubstr("is up to date"));
        ok("echo 1 > .control/compact");
        remount();
    }
    ok("touch in");
    EXPECT_EQ(ok("make"), "cp in out\n");
}

TEST_F(ToolsTest, SqliteKeepsItsDatabase)
{
    ok("sqlite3 db 'create table t(x); begin; insert into t values (1), (2); commit; insert into t select x + 10 from "
       "t;'");
    remount();
    EXPECT_EQ(ok("sqlite3 db 'pragma integrity_check; select sum(x) from t'"), "ok\n26\n");
}

TEST_F(ToolsTest, EditorsSave)
{
    ok("echo one > f; vim -u NONE -es -c 's/one/two/' -c wq f");
    EXPECT_EQ(ok("cat f"), "two\n");
    ok("sed -i s/two/three/ f; perl -pi -e 's/three/four/' f; printf '1c\\nfive\\n.\\nw\\nq\\n' | ex -s f");
    EXPECT_EQ(ok("cat f; ls -A"), "five\nf\n");
}

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

TEST_F(ToolsTest, LocksExcludeEachOther)
{
    ok("touch l; for i in {1..8}; do (for j in {1..10}; do flock l bash -c 'n=$(cat n 2> /dev/null); echo $((n + 1)) > "
       "n'; done) & done; wait");
    EXPECT_EQ(ok("cat n"), "80\n");
    EXPECT_EQ(sh("exec 3< l; flock -x 3; flock -n l true").status, 1);
}

TEST_F(ToolsTest, MktempMakesNamesOfItsOwn)
{
    EXPECT_EQ(ok("for i in {1..20}; do mktemp -p .; mktemp -d -p .; done | sort -u | wc -l; ls | wc -l"), "40\n40\n");
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
