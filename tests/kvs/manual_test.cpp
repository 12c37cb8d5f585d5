// The manual page and the help name the same commands and options.
#include "fs/control/stats_text.h"
#include "tests/kvs/kvs_fixture.h"

#include <iterator>
#include <regex>
#include <set>

namespace bytestore::tools {
namespace {

using Names = std::set<std::string>;

Names matches(const std::string& text, const std::string& pattern)
{
    const std::regex regex(pattern, std::regex::ECMAScript | std::regex::multiline);
    Names found;
    for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
        found.insert((*match)[1]);
    }
    return found;
}

// The names in the list of commands: "  delete, del, rm    Remove ...".
Names help_commands()
{
    const std::string help = run_bare({"help"}).out;
    const std::string list = help.substr(help.find("\nCommands:\n"));
    Names names;
    for (const std::string& line : matches(list, "^  ([a-z]+(, [a-z]+)*)  ")) {
        names.merge(matches(line, "([a-z]+)"));
    }
    return names;
}

Names help_options()
{
    std::string help = run_bare({"help"}).out;
    for (const std::string& command : help_commands()) {
        help += run_bare({"help", command}).out;
    }
    return matches(help, "^  (?:-[a-zA-Z],)?--([a-z-]+)");
}

TEST(ManualTest, the_commands_are_those_of_the_help)
{
    ASSERT_EQ(help_commands(), (Names{"set", "get", "delete", "del", "rm", "scan", "batch", "export", "import",
                                      "verify", "repair", "backup", "compact", "stats", "path", "key", "help"}));
    EXPECT_EQ(matches(read_file(MAN_PAGE), "\\bIc ([a-z]+)"), help_commands());
}

TEST(ManualTest, the_long_options_are_those_of_the_help)
{
    ASSERT_THAT(help_options(), testing::IsSupersetOf({"dir", "verbose", "raw", "json", "keys-only", "file",
                                                       "directories", "atomic", "version"}));
    EXPECT_EQ(matches(read_file(MAN_PAGE), "Fl Fl ([a-z-]+)"), help_options());
}

TEST(ManualTest, it_tells_every_member_of_the_statistics)
{
    const auto members = matches(fs::stats_json({}), "\"([a-z_]+)\":");
    ASSERT_THAT(members, testing::Contains("live_keys"));
    EXPECT_THAT(matches(read_file(MAN_PAGE), "\\.Li ([a-z_]+)"), testing::IsSupersetOf(members));
}

}  // namespace
}  // namespace bytestore::tools
