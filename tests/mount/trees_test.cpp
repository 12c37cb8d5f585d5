// Real trees go in and out unchanged, whichever tool carries them.
#include "tests/mount/mount_test.h"
#include "tests/support/scale.h"

#include <fmt/format.h>

#include <algorithm>

namespace bytestore::test {
namespace {

using testing::HasSubstr;

class TreesTest : public MountTest {
protected:
    void SetUp() override
    {
        MountTest::SetUp();
        take_real_tree();
        ok(kOddTree);
    }
    // As `find` tells it: name, mode, owner, type, size (not of directories), modification time, target.
    std::string metadata(const std::string& place) const
    {
        return ok("cd " + place +
                  "; find . \\( -type d -printf '%P %m %U:%G %y %T@\\n' -o -printf '%P %m %U:%G %y %s %T@ %l\\n' \\) | "
                  "sort");
    }
    void expect_same(const std::string& a, const std::string& b) const
    {
        ok("diff -r --no-dereference " + a + " " + b);
        EXPECT_EQ(metadata(a), metadata(b));
    }
    // Of the mount against the one outside.
    void expect_same_for_good(const std::string& outside, const std::string& inside)
    {
        expect_same(outside, inside);
        compact_and_remount();
        expect_same(outside, inside);
    }

private:
    // Every 25th file of /usr/include and /etc; all of them at a scale of 25.
    void take_real_tree() const
    {
        ok(fmt::format(
            "mkdir $TMP/tree; cd /; find usr/include etc \\( -type f -o -type l -o -type d \\) -readable "
            "2> /dev/null | sort | awk 'NR % {} == 0' | tar --format=posix --no-recursion --hard-dereference "
            "-cf - -T - | tar -xpf - -C $TMP/tree",
            std::max(1, 25 / scaled(1))));
    }

    // What such trees seldom have. Times come last, those of directories behind those of what they hold.
    static constexpr const char* kOddTree =
        "mkdir -p $TMP/tree/odd; cd $TMP/tree/odd\n"
        "mkdir -p empty/directory $(printf 'deep/%.0s' {1..60}); : > nothing; echo deep > $(printf 'deep/%.0s' "
        "{1..60})f\n"
        "for name in 12:30.log : %20 100% a%2Fb %dot %%value ' lead' 'trail ' $'new\\nline' $'tab\\t' -dash '*' '\"' "
        "$'\\x01' \\\\ grüß 日本 😀 .hidden $(printf 'x%.0s' {1..255}); do echo \"$name\" > \"./$name\"; done\n"
        "mkdir -- 'sp ace' c:o:l -d; echo value > 'sp ace/%value'; echo empty > 'sp ace/%empty'; echo x > c:o:l/x\n"
        "head -c 300000 /dev/urandom > random; printf '\\0b64:eA==' > b64; printf '\\0link:x' > link; printf '\\xff' > "
        "ff\n"
        "head -c 3000000 /dev/zero > zeros; printf 'no newline' > unended; printf '\\r\\n\\r\\n' > crlf\n"
        "ln -s ../nothing relative; ln -s /etc/passwd absolute; ln -s no/where broken; ln -s . loop; ln -s 'a:b %dot' "
        "$'odd\\nlink'; ln -s empty directory\n"
        "for mode in 400 555 640 755 777 4755 2755 1644; do echo $mode > mode$mode; chmod $mode mode$mode; done\n"
        "mkdir sticky group closed; chmod 1777 sticky; chmod 2775 group; chmod 700 closed\n"
        "find $TMP/tree \\( -type d -o -path '*/odd/*' \\) -exec touch -h -d @1400000000.25 {} +\n"
        "touch -d '2001-02-03 04:05:06.789012345' crlf; touch -d 1969-12-31T23:59:58.5Z b64; touch -d 2100-01-01 ff\n"
        "touch -h -d @1000000000.000000001 relative broken; touch -d @1000000001.5 empty/directory empty 'sp ace' .\n";
};

TEST_F(TreesTest, CpCarriesThemInAndOut)
{
    ok("cp -a $TMP/tree in");
    expect_same_for_good("$TMP/tree", "in");
    ok("cp -a in $TMP/out; cp -a in copy");
    expect_same("$TMP/tree", "$TMP/out");
    expect_same("in", "copy");
}

TEST_F(TreesTest, TarCarriesThemInAndOut)
{
    ok("tar --format=posix -cf $TMP/in.tar -C $TMP tree; tar -xpf $TMP/in.tar");
    expect_same_for_good("$TMP/tree", "tree");
    ok("tar --format=posix -cf out.tar tree; mkdir $TMP/out; tar -xpf out.tar -C $TMP/out");
    expect_same("$TMP/tree", "$TMP/out/tree");
}

TEST_F(TreesTest, RsyncCarriesThemInAndOutAndNothingTheSecondTime)
{
    ok("rsync -a $TMP/tree/ in/");
    EXPECT_EQ(ok("rsync -ai --delete $TMP/tree/ in/"), "");
    expect_same_for_good("$TMP/tree", "in");
    EXPECT_EQ(ok("rsync -ai --delete $TMP/tree/ in/; rsync -aic --delete $TMP/tree/ in/"), "");
    ok("rsync -a in/ $TMP/out/");
    EXPECT_EQ(ok("rsync -ai --delete in/ $TMP/out/; rsync -aic --delete in/ $TMP/out/"), "");
    expect_same("$TMP/tree", "$TMP/out");
}

TEST_F(TreesTest, RsyncTransfersWhatChangedAndDeletesWhatIsGone)
{
    ok("rsync -a $TMP/tree/ in/; cd $TMP/tree/odd; echo more >> nothing; rm crlf; chmod 600 ff; mkdir new; touch "
       "new/f");
    // By default rsync takes times within one second for equal.
    EXPECT_EQ(ok("rsync -ai --modify-window=-1 --delete $TMP/tree/odd/ in/odd/ | cut -d ' ' -f 1 | sort"),
              "*deleting\n.d..t......\n.f...p.....\n>f+++++++++\n>f.st......\ncd+++++++++\n");
    expect_same_for_good("$TMP/tree", "in");
}

TEST_F(TreesTest, MvCarriesThemInAndOut)
{
    ok("cp -a $TMP/tree $TMP/moving; mv $TMP/moving .; [ ! -e $TMP/moving ]");
    expect_same_for_good("$TMP/tree", "moving");
    ok("mv moving $TMP/; [ ! -e moving ]");
    expect_same("$TMP/tree", "$TMP/moving");
}

TEST_F(TreesTest, KeepEverythingWhenTheyAreRenamed)
{
    ok("cp -a $TMP/tree in; mkdir d; mv in d/renamed; [ ! -e in ]");
    expect_same_for_good("$TMP/tree", "d/renamed");
}

TEST_F(TreesTest, LookTheSameToWhateverSearchesThem)
{
    ok("cp -a $TMP/tree in");
    compact_and_remount();
    for (const char* command :
         {"find . | sort", "find . -type l -printf '%p %l\\n' | sort", "find . -type f -size +20k | sort",
          "find . -newer odd/crlf | sort", "find . -perm -u+x -type f | sort", "find . -empty | sort",
          "grep -rl include . | sort", "grep -rc '[0-9]' . | sort", "grep -rIh '^#define' usr | sort | md5sum",
          "find . -type f -print0 | sort -z | xargs -0 md5sum",
          "find . -type f -print0 | du -bc --files0-from=- | sort",
          "LC_ALL=C ls -AQ1 odd odd/c:o:l; ls -Al usr/include etc | grep '^[-l]' | awk '{print $1, $5, $9}'",
          "tree=$(ls -R | sort); echo \"$tree\""}) {
        const auto in = std::string("cd in; ") + command;
        EXPECT_EQ(ok(in), ok(std::string("cd $TMP/tree; ") + command)) << command;
    }
}

TEST_F(TreesTest, LeaveNothingWhenTheyAreRemoved)
{
    ok("cp -a $TMP/tree in; rm -rf in; [ ! -e in ]");
    EXPECT_EQ(ok("ls -A"), "");
    compact_and_remount();
    EXPECT_EQ(ok("ls -A"), "");
    EXPECT_THAT(records(), testing::IsEmpty());
}

// Hard links, FIFOs, sockets and devices are no keys: each is refused, and all the rest is copied.
class SpecialFilesTest : public MountTest {
protected:
    void SetUp() override
    {
        MountTest::SetUp();
        ok("mkdir -p $TMP/tree/d; cd $TMP/tree; echo one > hard1; ln hard1 hard2; ln hard1 d/hard3; mkfifo d/fifo; "
           "echo "
           "two > d/file; ln -s file d/link\n"
           "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'; mknod device c 1 3 || true");
    }
    // That the file system of the tests can make: devices need privileges.
    std::string special() const { return ok("find $TMP/tree -type p -o -type s -o -type c | wc -l"); }
    static constexpr const char* kRest = "d file link one two\n";
    std::string rest() const
    {
        return ok(
            "cd tree; echo $(find . -type d -mindepth 1 -printf '%f\\n' -o -name file -printf 'file\\n' -o -name link "
            "-printf 'link\\n' | sort) $(cat hard1 hard2 d/hard3 2> /dev/null | sort -u) $(cat d/link)");
    }
};

TEST_F(SpecialFilesTest, AreRefusedToCpAndTheRestIsCopied)
{
    const auto done = sh("cp -a $TMP/tree .");
    EXPECT_EQ(done.status, 1);
    EXPECT_EQ(std::ranges::count(done.err, '\n'), std::stoi(special()) + 2) << done.err;
    EXPECT_THAT(done.err, HasSubstr("cannot create hard link"));
    EXPECT_THAT(done.err, HasSubstr("cannot create fifo './tree/d/fifo': Operation not permitted"));
    EXPECT_EQ(rest(), kRest);
}

TEST_F(SpecialFilesTest, AreRefusedToTarAndTheRestIsExtracted)
{
    ok("tar -cf $TMP/tree.tar -C $TMP tree 2> /dev/null");  // it ignores sockets
    const auto done = sh("tar -xf $TMP/tree.tar");
    EXPECT_EQ(done.status, 2);
    EXPECT_THAT(done.err, HasSubstr("Cannot hard link to"));
    EXPECT_THAT(done.err, HasSubstr("tree/d/fifo: Cannot mkfifo: Operation not permitted"));
    EXPECT_EQ(rest(), kRest);
}

TEST_F(SpecialFilesTest, AreRefusedToRsyncAndTheRestIsTransferred)
{
    const auto done = sh("rsync -aH $TMP/tree .");
    EXPECT_EQ(done.status, 23);  // "partial transfer due to error"
    EXPECT_THAT(done.err, HasSubstr("failed: Operation not permitted (1)"));
    EXPECT_EQ(rest(), kRest);
}

// What README recommends.
TEST_F(SpecialFilesTest, HardLinksBecomeFilesOfTheirOwnWhereToolsAreToldSo)
{
    ok("rm -f $TMP/tree/d/fifo $TMP/tree/socket $TMP/tree/device; cp -r --preserve=mode,ownership,timestamps $TMP/tree "
       "by-cp; "
       "rsync -rlptgo $TMP/tree/ by-rsync");
    ok("diff -r --no-dereference $TMP/tree by-cp; diff -r --no-dereference $TMP/tree by-rsync");
    EXPECT_EQ(ok("find . -type f -links 1 | wc -l"), "8\n");
}

}  // namespace
}  // namespace bytestore::test
