// Beside a daemon every command answers as it does alone, to the byte.
#include "tests/kvs/kvs_fixture.h"

#include <optional>
#include <regex>

namespace bytestore::tools {
namespace {

using namespace std::string_literals;

using testing::HasSubstr;

struct Step {
    Args args;
    std::string input;
};

std::vector<Step> steps()
{
    const std::string alias(300, 'x');
    const std::string binary("\0\1\xff\n", 4);
    return {{{"get", "k"}, ""},
            {{"set", "k", "v"}, ""},
            {{"set", "k", "-"}, binary},
            {{"get", "k"}, ""},
            {{"get", "--raw", "k"}, ""},
            {{"get", "--json", "k"}, ""},
            {{"set", "user:1", "Alice"}, ""},
            {{"set", "user", "-"}, std::string(100'000, 'x')},
            {{"set", alias + ":a", "v"}, ""},
            {{"set", "", "v"}, ""},
            {{"set", "\xff", "v"}, ""},
            {{"set", "a:\0"s, "v"}, ""},
            {{"set", std::string(70'000, 'k'), "v"}, ""},
            {{"get", "\xff"}, ""},
            {{"get", "a:\0"s}, ""},
            {{"scan"}, ""},
            {{"scan", "user:"}, ""},
            {{"scan", "--keys-only"}, ""},
            {{"scan", "--json"}, ""},
            {{"scan", "\xff"}, ""},
            {{"path", "user"}, ""},
            {{"path", alias + ":a"}, ""},
            {{"path", "\xff"}, ""},
            {{"key", "user/%value"}, ""},
            {{"key", "%key-00000000000000000000000000000000-x"}, ""},
            {{"delete", "user:1"}, ""},
            {{"delete", "user:1"}, ""},
            {{"delete", "\xff"}, ""},
            {{"del", "k"}, ""},
            {{"batch"},
             R"(["Set","b:1","x"])"
             "\n{\"batch\":2}\n"
             R"(["Set","b:2","y"])"
             "\n"
             R"(["Delete","b:1"])"
             "\n"},
            {{"batch"},
             R"(["Set","d:\u0000",""])"
             "\n"
             R"(["Set","\u0000x",""])"
             "\n"},
            {{"batch"},
             "{\"batch\":2}\n"
             R"(["Set","b:3","y"])"
             "\n"},
            {{"compact"}, ""},
            {{"-v", "compact"}, ""},
            {{"scan"}, ""},
            {{"stats"}, ""}};
}

// Directory and sizes of logs, whose times and ids differ.
Outcome comparable(Outcome outcome)
{
    outcome.out = std::regex_replace(outcome.out, std::regex("Directory  : [^\n]*|Disk usage : [0-9]+"), "");
    outcome.err = std::regex_replace(outcome.err, std::regex("from [0-9]+ to [0-9]+ bytes"), "");
    return outcome;
}

using BesideDaemonTest = KvsTest;

TEST_F(BesideDaemonTest, every_command_answers_as_alone)
{
    std::vector<Outcome> alone;
    for (const auto& step : steps()) {
        alone.push_back(comparable(kvs(step.args, step.input)));
    }
    std::filesystem::remove_all(store());
    ServedStore daemon(store());
    std::size_t i = 0;
    for (const auto& step : steps()) {
        EXPECT_EQ(comparable(kvs(step.args, step.input)), alone[i]) << i << ": " << step.args.front();
        ++i;
    }
}

TEST_F(BesideDaemonTest, links_and_markers_look_alike)
{
    set_link("link", "to/where");
    ASSERT_TRUE(open_store()->set("d:\0"s, "", Meta()));
    const std::vector<Args> commands{{"scan"},         {"scan", "--json"}, {"get", "link"}, {"get", "--json", "link"},
                                     {"path", "link"}, {"path", "d"},      {"stats"},       {"delete", "d:\0"s}};
    std::optional<ServedStore> daemon(store());
    std::vector<Outcome> beside;
    for (const auto& command : commands) {
        beside.push_back(kvs(command));
    }
    daemon.reset();
    for (std::size_t i = 0; i < commands.size(); ++i) {
        EXPECT_EQ(kvs(commands[i]), beside[i]) << i;
    }
}

TEST_F(BesideDaemonTest, a_value_that_the_daemon_cannot_read_is_told)
{
    const ServedStore daemon(store());
    EXPECT_EQ(kvs({"set", "broken", "unmistakable"}).exit, 0);
    damage("unmistakable");
    const Outcome run = kvs({"get", "broken"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, HasSubstr("cannot read the value of broken: "));
    EXPECT_THAT(kvs({"scan"}).out, HasSubstr("<error reading value>"));
}

TEST_F(BesideDaemonTest, the_daemon_is_asked_and_its_socket_is_gone_with_it)
{
    std::optional<ServedStore> daemon(store());
    EXPECT_EQ(kvs({"set", "k", "v"}), prints("OK  k = v\n"));
    EXPECT_EQ(daemon->store().get("k").value_or(""), "v");
    daemon.reset();
    EXPECT_FALSE(std::filesystem::exists(store() / "SOCK"));
    EXPECT_EQ(kvs({"get", "k"}), prints("v\n"));
}

TEST_F(BesideDaemonTest, what_is_no_socket_is_nobody)
{
    EXPECT_EQ(kvs({"set", "k", "v"}).exit, 0);
    write_file(store() / "SOCK", "");
    EXPECT_EQ(kvs({"set", "k", "w"}), prints("OK  k = w\n"));
    EXPECT_EQ(kvs({"get", "k"}), prints("w\n"));
}

}  // namespace
}  // namespace bytestore::tools
