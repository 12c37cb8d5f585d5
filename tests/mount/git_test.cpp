// git keeps its repositories in a mount, and finds them sound.
#include "tests/mount/mount_test.h"
#include "tests/support/scale.h"

#include <fmt/format.h>

namespace bytestore::test {
namespace {

class GitTest : public MountTest {
protected:
    void SetUp() override
    {
        MountTest::SetUp();
        ok("git config --global user.name N; git config --global user.email e@example.org; git config --global gc.auto "
           "0\n"
           "git config --global init.defaultBranch main; git config --global advice.detachedHead false");
    }
    // Three commits in repo.
    void make_repository() const
    {
        ok("git init -q repo; cd repo; for i in 1 2 3; do echo $i > file$i; mkdir -p d$i; echo $i > d$i/f; chmod +x "
           "d$i/f; ln -s "
           "d$i/f link$i; git add .; git commit -qm $i; done");
    }
    // Nothing broken, nothing changed. (What a killed git has begun may dangle.)
    void expect_sound(const std::string& repository) const
    {
        EXPECT_EQ(ok("cd " + repository + "; git fsck --strict --full --no-dangling 2>&1; git status --porcelain"), "");
    }
};

TEST_F(GitTest, KeepsARepositoryOverCompactionAndRemount)
{
    make_repository();
    expect_sound("repo");
    compact_and_remount();
    expect_sound("repo");
    ok("cd repo; git mv file1 moved; git rm -q file2; git commit -qm moved; git gc -q --prune=now");
    expect_sound("repo");
    compact_and_remount();
    expect_sound("repo");
    EXPECT_EQ(ok("cd repo; git log --format=%s | xargs; ls"),
              "moved 3 2 1\nd1\nd2\nd3\nfile3\nlink1\nlink2\nlink3\nmoved\n");
}

TEST_F(GitTest, SeesNoChangeWhereThereIsNone)
{
    make_repository();
    ok("cd repo; git update-index --refresh");
    const auto index = ok("cd repo; git ls-files --debug");
    for (int round = 0; round < 2; ++round) {
        compact_and_remount();
        // Plumbing that refreshes nothing: every time and size is still what the index says. (Inode numbers are kept
        // too.)
        EXPECT_EQ(ok("cd repo; git -c core.checkStat=minimal diff-files; git ls-files --debug"), index);
    }
}

TEST_F(GitTest, BranchesMergesRebasesAndStashes)
{
    make_repository();
    ok("cd repo; git checkout -qb side HEAD~1; echo side > side; git add .; git commit -qm side; git checkout -q main; "
       "git "
       "merge -q -m merge side; git checkout -q side; echo more >> side; git commit -qam more; git rebase -q main; "
       "echo x >> "
       "side; git stash -q; git stash pop -q; git checkout -q side -- side; git tag v1; git pack-refs --all; git "
       "reflog "
       "expire --expire=now --all; git gc -q --prune=now; git repack -adq");
    expect_sound("repo");
    compact_and_remount();
    expect_sound("repo");
    EXPECT_EQ(ok("cd repo; git log --format=%s | sort | xargs; cat side"), "1 2 3 merge more side\nside\nmore\n");
}

TEST_F(GitTest, ClonesFetchesAndPushesBetweenTheMountAndOutside)
{
    make_repository();
    ok("git clone -q repo $TMP/out; git clone -q $TMP/out in; git clone -q --bare repo bare; diff -r -x .git repo in");
    ok("cd $TMP/out; echo out > out; git add .; git commit -qm out; git push -q $MNT/bare main; cd $MNT/in; git pull "
       "-q "
       "$MNT/bare main");
    for (const char* repository : {"repo", "in", "bare"}) {
        EXPECT_EQ(ok(std::string("cd ") + repository + "; git fsck --strict 2>&1"), "");
    }
    EXPECT_EQ(ok("cat in/out; git -C in worktree add -q ../tree HEAD~1; ls tree | xargs"),
              "out\nd1 d2 d3 file1 file2 file3 link1 link2 link3\n");
}

TEST_F(GitTest, TakesARealTree)
{
    ok(fmt::format(
        "mkdir tree; find /usr/include -type f | sort | head -n {} | tar -cf - -T - 2> /dev/null | tar -xf - -C tree",
        scaled(300)));
    ok("cd tree; git init -q; git add .; git commit -qm all; git gc -q");
    expect_sound("tree");
    compact_and_remount();
    expect_sound("tree");
    ok("git clone -q tree clone; diff -r -x .git tree clone");
}

// What git said to be committed is there when the daemon dies, and nothing is broken.
TEST_F(GitTest, LosesNoCommitWhenTheDaemonIsKilled)
{
    make_repository();
    Child committer({"bash", "-c",
                     "cd " + root() +
                         "/repo; for ((i = 1; ; i++)); do echo $i > counted; git add . && git commit -qm $i && echo "
                         "$i > " +
                         place("tmp/done") + " || exit; done 2> /dev/null"},
                    {.environment = {{"HOME", place("home")}}});
    ok("until [ -s $TMP/done ] && [ $(cat $TMP/done) -gt 3 ]; do sleep 0.01; done");
    mount().kill9();
    committer.kill_group();
    start();
    ok("cd repo; rm -f .git/*.lock .git/refs/heads/*.lock; git fsck --strict; git reset -q --hard; [ $(cat counted) "
       "-ge $(cat "
       "$TMP/done) ]; [ $(git log --format=%s -n 1) = $(cat counted) ]");
    expect_sound("repo");
}

}  // namespace
}  // namespace bytestore::test
