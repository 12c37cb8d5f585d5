// How many messages of the kernel a command costs. Each one that somebody waits for is a round trip: none may be added
// unseen.
#include "tests/mount/mount_test.h"

#include <set>
#include <sstream>

namespace bytestore::test {
namespace {

struct Command {
    const char* name;
    const char* before;  // not counted
    const char* command;
    std::size_t most;  // messages
};

void PrintTo(const Command& command, std::ostream* out)
{
    *out << command.name;
}

// A mount that tells its messages, which are counted while a shell outside of it runs a command.
class MessagesTest : public StoreOnDisk, public testing::WithParamInterface<Command> {
protected:
    void SetUp() override
    {
        start(options_);
        at_root(kPlaces);
        at_root("mkdir warm; cp -r $TMP/three warm; sed -i s/a/b/ warm/three/1; rm -rf warm");  // some are asked once
    }
    void TearDown() override { unmount(); }

    static constexpr auto kPlaces =
        "mkdir dir three $TMP/three; for i in {1..20}; do echo $i > dir/$i; done\n"
        "for i in 1 2 3; do echo $i > three/$i; cp three/$i $TMP/three; done; echo a > file; echo b > other";
    void at_root(const std::string& script) const { ok("cd $MNT; " + script); }
    // The kernel knows nothing but the root.
    void cool()
    {
        remount(options_);
        ok("cd /; ls -ld $MNT");
    }
    // Those of the command alone: the shell has begun before, and what nobody waits for comes after it.
    std::vector<std::string> messages_of(const std::string& command)
    {
        const std::string tell_size = "sleep 0.2; stat -c %s " + mount().places().log + "\n";
        std::istringstream sizes(ok("cd /\n" + tell_size + "(" + command + ") > $TMP/out\n" + tell_size));
        std::size_t begin = 0;
        std::size_t end = 0;
        sizes >> begin >> end;
        return messages(mount().log().substr(begin, end - begin));
    }
    void expect_no_more(const Command& command)
    {
        const auto messages = messages_of(command.command);
        EXPECT_LE(messages.size(), command.most) << testing::PrintToString(messages);
    }
    static std::vector<std::string> messages(const std::string& log)
    {
        const std::set<std::string> unawaited{"RELEASE", "RELEASEDIR", "FORGET", "BATCH_FORGET"};
        const std::string mark = "opcode: ";
        std::vector<std::string> names;
        for (auto at = log.find(mark); at != std::string::npos; at = log.find(mark, at + 1)) {
            std::istringstream rest(log.substr(at + mark.size(), 40));
            std::string name;
            rest >> name;
            if (!unawaited.contains(name)) {
                names.push_back(name);
            }
        }
        return names;
    }

    std::vector<std::string> options_{"-d"};
};

TEST_P(MessagesTest, AreNoMoreThanTheProtocolNeeds)
{
    const std::string before = GetParam().before;
    if (before == "cold") {
        cool();
    } else {
        ok("cd /; " + before);
    }
    expect_no_more(GetParam());
    EXPECT_THAT(mount().log(), testing::HasSubstr("opcode: INIT"));  // or nothing was told at all
}

INSTANTIATE_TEST_SUITE_P(
    ReadWrite, MessagesTest,
    testing::Values(Command{"EchoToANewFile", "ls $MNT/dir", "echo x > $MNT/new", 5},
                    Command{"EchoToAFile", "cat $MNT/file; stat $MNT/file", "dash -c 'echo x > $MNT/file'", 4},
                    Command{"EchoOfBashWhichStatsToAFile", "cat $MNT/file; stat $MNT/file", "echo x > $MNT/file", 5},
                    Command{"CatCold", "cold", "cat $MNT/file", 2},
                    Command{"CatHot", "cat $MNT/file; cat $MNT/file", "cat $MNT/file", 1},
                    Command{"StatHot", "stat $MNT/file", "stat $MNT/file", 0},
                    Command{"StatOfAMissingNameHot", "stat $MNT/missing; true", "stat $MNT/missing || true", 0},
                    Command{"StatThroughALinkHot", "ln -s file $MNT/link; stat -L $MNT/link", "stat -L $MNT/link", 0},
                    Command{"LsCold", "cold", "ls $MNT", 3}, Command{"LsHot", "ls $MNT; ls $MNT", "ls $MNT", 1},
                    Command{"LsLongCold", "cold", "ls -l $MNT", 3},
                    Command{"LsLongHot", "ls -l $MNT/dir; ls -l $MNT/dir", "ls -l $MNT/dir", 1},
                    Command{"MvToANewName", "stat $MNT/file", "mv $MNT/file $MNT/moved", 2},
                    Command{"MvOverAFile", "stat $MNT/file $MNT/other", "mv $MNT/file $MNT/other", 3},
                    Command{"Rm", "cat $MNT/file; stat $MNT/file", "rm $MNT/file", 1},
                    Command{"SedInPlace", "cat $MNT/file", "sed -i s/a/b/ $MNT/file", 13},
                    Command{"CpOfThreeFiles", "ls $MNT", "cp -r $TMP/three $MNT/copy", 15},
                    Command{"RmOfThreeFiles", "ls -l $MNT/three", "rm -rf $MNT/three", 8},
                    Command{"RmOfThreeFilesCold", "cold", "rm -rf $MNT/three", 12}),
    [](const auto& test) { return std::string(test.param.name); });

// Nothing changes there, so that the kernel need not ask.
class ReadOnlyMessagesTest : public MessagesTest {
protected:
    void SetUp() override
    {
        start();
        at_root(kPlaces);
        unmount();
        options_ = {"-d", "-o", "ro"};
        start(options_);
        ok("cd /; cat $MNT/file; ls $MNT");  // the kernel learns that it need not open
    }
};

TEST_P(ReadOnlyMessagesTest, AreNoMoreThanTheProtocolNeeds)
{
    ok(std::string("cd /; ") + GetParam().before);
    expect_no_more(GetParam());
}

INSTANTIATE_TEST_SUITE_P(ReadOnly, ReadOnlyMessagesTest,
                         testing::Values(Command{"CatCold", "true", "cat $MNT/other", 2},
                                         Command{"CatHot", "cat $MNT/file; stat $MNT/file", "cat $MNT/file", 0},
                                         Command{"StatHot", "stat $MNT/file", "stat $MNT/file", 0},
                                         Command{"LsCold", "stat $MNT/dir", "ls $MNT/dir", 2},
                                         Command{"LsHot", "ls $MNT/dir; stat $MNT/dir", "ls $MNT/dir", 0},
                                         Command{"LsLongCold", "ls -l $MNT/three; stat $MNT/dir", "ls -l $MNT/dir", 2},
                                         Command{"LsLongHot", "ls -l $MNT/dir; stat $MNT/dir", "ls -l $MNT/dir", 0}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(ReadOnlyMessagesTest, ControlFilesTellWhatIsTrueNow)
{
    const auto read_bytes = [this] {
        return ok("cd /; awk '/^bytestore_read_bytes/ {print $2}' $MNT/.control/metrics");
    };
    const auto before = read_bytes();
    EXPECT_EQ(ok("cd /; tail -c 2 $MNT/file; cat $MNT/three/1; wc -c < $MNT/.control/stats | tr -d ' '"),
              "a\n1\n" + ok("cd /; stat -c %s $MNT/.control/stats"));
    EXPECT_NE(read_bytes(), before);
}

}  // namespace
}  // namespace bytestore::test
