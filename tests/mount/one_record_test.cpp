// A value that is written once is one record, whatever the tool, so that no crash can find it empty or half written.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

using testing::ElementsAre;

struct Writing {
    const char* name;
    const char* shell;
    const char* command;  // leaves "x\n" in f
};

class OneRecordTest : public MountTest, public testing::WithParamInterface<Writing> {};

TEST_P(OneRecordTest, ForANewFile)
{
    ok(GetParam().command, GetParam().shell);
    EXPECT_EQ(ok("cat f"), "x\n");
    unmount();
    EXPECT_THAT(records(), ElementsAre(LogRecord{"Set", "f", "x\n"}));
}

TEST_P(OneRecordTest, ForAFileThatIsThere)
{
    ok("echo a longer old value > f");
    ok(GetParam().command, GetParam().shell);
    EXPECT_EQ(ok("cat f"), "x\n");
    unmount();
    EXPECT_THAT(records(), ElementsAre(LogRecord{"Set", "f", "a longer old value\n"}, LogRecord{"Set", "f", "x\n"}));
}

INSTANTIATE_TEST_SUITE_P(Tools, OneRecordTest,
                         testing::Values(Writing{"EchoInBash", "bash", "echo x > f"},
                                         Writing{"EchoInDash", "dash", "echo x > f"},
                                         Writing{"PrintfInBash", "bash", R"(printf 'x\n' > f)"},
                                         Writing{"PrintfInDash", "dash", R"(printf 'x\n' > f)"},
                                         Writing{"PrintfTheProgram", "bash", R"(env printf 'x\n' > f)"},
                                         Writing{"Cp", "bash", "echo x > $TMP/x; cp $TMP/x f"},
                                         Writing{"CatFromAPipe", "bash", "echo x | cat > f"},
                                         Writing{"CatInDash", "dash", "echo x | cat > f"},
                                         Writing{"CatOfAHereDocument", "bash", "cat > f <<END\nx\nEND\n"},
                                         Writing{"Tee", "bash", "echo x | tee f > /dev/null"},
                                         Writing{"Dd", "bash", "echo x | dd of=f status=none"},
                                         Writing{"DdBytewise", "bash", "echo x | dd of=f bs=1 status=none"},
                                         Writing{"Python", "bash", R"(python3 -c 'open("f", "w").write("x\n")')"},
                                         Writing{"GroupOfCommands", "bash", "{ printf x; echo; } > f"}),
                         [](const auto& test) { return test.param.name; });

class RecordTest : public MountTest {};

TEST_F(RecordTest, ALargeValueIsOneRecord)
{
    ok("head -c 3000000 /dev/zero | tr '\\0' z > $TMP/big; cp $TMP/big f; cmp f $TMP/big");
    unmount();
    EXPECT_THAT(records(), ElementsAre(LogRecord{"Set", "f", std::string(3000000, 'z')}));
}

TEST_F(RecordTest, AnAppendIsOneRecordOfTheWholeValue)
{
    ok("echo one > f; echo two >> f");
    EXPECT_THAT(records(), ElementsAre(LogRecord{"Set", "f", "one\n"}, LogRecord{"Set", "f", "one\ntwo\n"}));
}

TEST_F(RecordTest, SedInPlaceReplacesTheFileAtOnce)
{
    ok("echo one > f; sed -i s/one/two/ f");
    EXPECT_EQ(ok("cat f; ls"), "two\nf\n");
    const auto log = records();
    ASSERT_GE(log.size(), 2U);
    EXPECT_EQ(std::ranges::count(log, "f", &LogRecord::key), 2) << "the old value and the new one";
    EXPECT_EQ(std::ranges::count(log, LogRecord{"Set", "f", "two\n"}), 1);
}

TEST_F(RecordTest, ReadingWritesNothing)
{
    ok("echo one > f; cat f; ls -l; stat f; grep -r one .; python3 -c 'open(\"f\", \"r+\").read()'");
    unmount();
    EXPECT_EQ(records().size(), 1U);
}

TEST_F(RecordTest, AnEmptyFileIsARecordOnceClosed)
{
    ok("touch a; : > b");
    unmount();
    EXPECT_THAT(records(), testing::UnorderedElementsAre(LogRecord{"Set", "a", ""}, LogRecord{"Set", "b", ""}));
}

TEST_F(RecordTest, AWriterHoldsBackNothingThatItFlushed)
{
    ok("exec 3> f; echo one >&3; python3 -c 'import os; os.fsync(3)'; cat f; echo two >&3");
    EXPECT_EQ(ok("cat f"), "one\ntwo\n");
    EXPECT_THAT(records(), testing::Contains(LogRecord{"Set", "f", "one\ntwo\n"}));
}

}  // namespace
}  // namespace bytestore::test
