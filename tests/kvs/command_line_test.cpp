#include "tests/kvs/kvs_fixture.h"

#include <cstdlib>

namespace bytestore::tools {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Mistake {
    Args args;
    std::string message;  // behind "kvs: "
};

const std::string kDashes = " (-- goes before a key or value that starts with '-')";

const std::vector<Mistake> kMistakes = {
    {{"frobnicate"}, "unknown command 'frobnicate'; see 'kvs help'"},
    {{"sacn"}, "unknown command 'sacn' (did you mean 'scan'?); see 'kvs help'"},
    {{"gte", "a"}, "unknown command 'gte' (did you mean 'get'?); see 'kvs help'"},
    {{"SET", "a", "b"}, "unknown command 'SET'; see 'kvs help'"},
    {{""}, "unknown command ''; see 'kvs help'"},
    {{"-v"}, "no command was given; see 'kvs help'"},
    {{"--"}, "no command was given; see 'kvs help'"},
    {{"--bogus"}, "unknown option '--bogus'" + kDashes + "; see 'kvs help'"},
    {{"--bogus", "scan"}, "unknown option '--bogus'" + kDashes + "; see 'kvs help scan'"},
    {{"get", "-x"}, "unknown option '-x'" + kDashes + "; see 'kvs help get'"},
    {{"stats", "--keys-only"}, "unknown option '--keys-only'" + kDashes + "; see 'kvs help stats'"},
    {{"get"}, "KEY is required; see 'kvs help get'"},
    {{"rm"}, "KEY is required; see 'kvs help delete'"},
    {{"path"}, "KEY is required; see 'kvs help path'"},
    {{"key"}, "PATH is required; see 'kvs help key'"},
    {{"get", "a", "b"}, "unexpected argument 'b'; see 'kvs help get'"},
    {{"set", "a", "b", "c"}, "unexpected argument 'c'; see 'kvs help set'"},
    {{"batch", "a", "b"}, "unexpected argument 'b'; see 'kvs help batch'"},
    {{"compact", "now"}, "unexpected argument 'now'; see 'kvs help compact'"},
    {{"compact", "++"}, "unexpected argument '++'; see 'kvs help compact'"},
    {{"scan", "a", "get"}, "unexpected argument 'get'; see 'kvs help scan'"},
    {{"get", "a", "--raw", "--json"}, "--raw excludes --json; see 'kvs help get'"},
    {{"set"}, "KEY is required; see 'kvs help set'"},
    {{"set", "a"}, "set needs VALUE, '-' or --file FILE; see 'kvs help set'"},
    {{"set", "a", "b", "--file", "c"}, "set takes VALUE or --file, not both; see 'kvs help set'"},
    {{"set", "a", "--file"}, "--file: 1 required FILE missing; see 'kvs help set'"},
    {{"scan", "--dir"}, "--dir: 1 required DIR missing; see 'kvs help scan'"},
    {{"--dir", "", "scan"}, "the name of the data directory is empty; see 'kvs help scan'"},
    {{"help", "frobnicate"}, "unknown command 'frobnicate'; see 'kvs help'"},
    {{"help", "statz"}, "unknown command 'statz' (did you mean 'stats'?); see 'kvs help'"},
};

TEST(CommandLineTest, a_mistake_is_one_line_that_names_it_and_exit_1)
{
    for (const Mistake& mistake : kMistakes) {
        const Outcome run = run_bare(mistake.args);
        EXPECT_EQ(run, (Outcome{1, "", "kvs: " + mistake.message + "\n"})) << testing::PrintToString(mistake.args);
    }
}

TEST(CommandLineTest, without_a_command_the_usage_goes_to_stderr)
{
    const Outcome run = run_bare({});
    EXPECT_EQ(run, (Outcome{1, "", run_bare({"help"}).out}));
}

TEST(CommandLineTest, help_is_the_same_however_it_is_asked_for)
{
    const Outcome help = run_bare({"help"});
    EXPECT_EQ(help.exit, 0);
    EXPECT_THAT(help.out, HasSubstr("Usage: kvs [OPTIONS] COMMAND"));
    EXPECT_EQ(run_bare({"--help"}), help);
    EXPECT_EQ(run_bare({"-h"}), help);
    for (const std::string command :
         {"set", "get", "delete", "scan", "batch", "compact", "stats", "path", "key", "help"}) {
        const Outcome of_command = run_bare({"help", command});
        EXPECT_THAT(of_command.out, HasSubstr("Usage: kvs " + command + " ")) << command;
        EXPECT_EQ(run_bare({command, "--help"}), of_command) << command;
    }
    EXPECT_EQ(run_bare({"help", "rm"}), run_bare({"help", "delete"}));
}

TEST(CommandLineTest, the_version_is_printed)
{
    EXPECT_EQ(run_bare({"--version"}), prints("kvs (ByteStore) " BYTESTORE_VERSION "\n"));
    EXPECT_EQ(run_bare({"-V"}), run_bare({"--version"}));
}

class DirTest : public KvsTest {
protected:
    ~DirTest() override { ::unsetenv("BYTESTORE_DIR"); }
};

TEST_F(DirTest, global_options_stand_before_and_behind_the_command)
{
    const std::string dir = store().string();
    EXPECT_EQ(run_bare({"--dir", dir, "set", "a", "1"}).exit, 0);
    EXPECT_EQ(run_bare({"get", "a", "--dir", dir}), prints("1\n"));
    EXPECT_EQ(run_bare({"get", "--dir=" + dir, "a"}), prints("1\n"));
    EXPECT_THAT(run_bare({"get", "-vv", "a", "--dir", dir}).err, HasSubstr("kvs: debug: "));
    EXPECT_THAT(run_bare({"-v", "get", "a", "-v", "--dir", dir}).err, HasSubstr("kvs: debug: "));
}

TEST_F(DirTest, the_last_dir_counts)
{
    EXPECT_EQ(kvs({"set", "a", "1"}).exit, 0);
    EXPECT_EQ(run_bare({"--dir", file("other"), "get", "a", "--dir", store()}), prints("1\n"));
}

TEST_F(DirTest, the_environment_stands_in_for_a_missing_dir)
{
    EXPECT_EQ(kvs({"set", "a", "1"}).exit, 0);
    ::setenv("BYTESTORE_DIR", store().c_str(), 1);
    EXPECT_EQ(run_bare({"get", "a"}), prints("1\n"));
    EXPECT_EQ(run_bare({"--dir", file("other"), "get", "a"}), not_found("a"));
}

TEST_F(DirTest, a_file_in_place_of_the_directory_is_named)
{
    write_file(store(), "");
    for (const Args& args : {Args{"get", "a"}, Args{"scan"}, Args{"stats"}, Args{"set", "a", "b"}, Args{"compact"}}) {
        const Outcome run = kvs(args);
        EXPECT_EQ(run.exit, 1) << args[0];
        EXPECT_THAT(run.err, StartsWith("kvs: ")) << args[0];
        EXPECT_THAT(run.err, HasSubstr(store().string())) << args[0];
        EXPECT_THAT(run.err, HasSubstr("; name the data directory with --dir\n")) << args[0];
    }
}

TEST_F(DirTest, only_the_last_component_of_a_new_data_directory_is_made)
{
    const Outcome run = run_bare({"--dir", store() / "deeper", "set", "a", "b"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, HasSubstr("; name the data directory with --dir\n"));
    EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(DirTest, arguments_that_look_like_syntax_are_keys_and_values)
{
    for (const std::string text : {"++", "{}", "[1,2]", "[]", "%%", "\"q\"", "'", "-5", "-", "--x", "-v", "set", "help",
                                   "a=b", "--", "$HOME", "\\n", " ", "a b"}) {
        EXPECT_EQ(kvs({"set", "--", text, "=" + text}), prints("OK  " + text + " = =" + text + "\n")) << text;
        EXPECT_EQ(kvs({"get", "--", text}), prints("=" + text + "\n")) << text;
    }
    for (const std::string text : {"++", "{}", "[1,2]", "[]", "%%", "-5", "set", "help"}) {
        EXPECT_EQ(kvs({"set", text, text}), prints("OK  " + text + " = " + text + "\n")) << text;
    }
}

TEST_F(DirTest, read_only_refuses_what_would_change_the_store)
{
    EXPECT_EQ(kvs({"set", "a", "1"}).exit, 0);
    write_file(file("lines"), R"({"cmd":"Set","key":"b","value":"2"})");
    const std::vector<Args> changes{{"set", "a", "2"},
                                    {"delete", "a"},
                                    {"compact"},
                                    {"import", file("lines").string()},
                                    {"batch", file("lines").string()}};
    for (auto change : changes) {
        change.insert(change.begin(), "--read-only");
        const Outcome run = kvs(change);
        EXPECT_EQ(run.exit, 1) << change.at(1);
        EXPECT_THAT(run.err, HasSubstr("--read-only")) << change.at(1);
    }
    for (const Args& read : std::vector<Args>{{"get", "a"}, {"scan"}, {"stats"}, {"verify"}, {"export"}}) {
        Args words = read;
        words.insert(words.begin(), "--read-only");
        EXPECT_EQ(kvs(words), kvs(read)) << read.front();
    }
    EXPECT_EQ(kvs({"get", "a"}), prints("1\n"));
}

}  // namespace
}  // namespace bytestore::tools
