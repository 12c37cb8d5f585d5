// What bytestore-mount understands, what its --help prints and what its manual page tells are the same.
#include "fs/fuse/option_table.h"
#include "tests/support/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

namespace bytestore::fuse {
namespace {

using testing::ElementsAreArray;

using Names = std::set<std::string>;

std::string before(const std::string& text, char end)
{
    return text.substr(0, text.find(end));
}

Names words(const std::string& line)
{
    std::istringstream stream(line);
    return {std::istream_iterator<std::string>(stream), {}};
}

// The options that a list item is about: `.It Fl f`, `.It Fl h , Fl -help`, `.It Cm sync Ns = Ns Ar mode`.
Names in_item(std::istringstream item)
{
    Names names;
    std::string macro;
    for (std::string word; item >> word; macro = word) {
        if (macro == "Fl") {
            names.insert("-" + word);
        } else if (macro == "Cm") {
            names.insert(word);
        }
    }
    return names;
}

Names in_manual()
{
    Names names;
    std::istringstream page(test::read_file(MANUAL));
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with(".It ")) {
            names.merge(in_item(std::istringstream(line)));
        }
    }
    return names;
}

// The first words of the indented lines.
Names in_help()
{
    Names names;
    std::istringstream help(help_text());
    for (std::string line; std::getline(help, line);) {
        if (line.starts_with("  ")) {
            names.insert(before(line.substr(2, line.find(' ', 2) - 2), '='));
        }
    }
    return names;
}

Names in_table()
{
    Names names{"-o"};
    for (const auto& table : {flag_table(), mount_option_table()}) {
        for (const Option& option : table) {
            names.insert(before(option.name, '='));
        }
    }
    return names;
}

TEST(MountManualTest, help_and_the_manual_tell_of_every_option_and_of_no_other)
{
    EXPECT_THAT(in_help(), ElementsAreArray(in_table()));
    EXPECT_THAT(in_manual(), ElementsAreArray(in_table()));
}

TEST(MountManualTest, what_is_handed_on_or_ignored_is_named)
{
    const Names page = words(test::read_file(MANUAL));
    const Names help = words(help_text());
    for (const auto& table : {kernel_flag_table(), ignored_table()}) {
        for (const std::string name : table) {
            EXPECT_TRUE(page.contains(before(name, '='))) << name;
            EXPECT_TRUE(help.contains(name)) << name;
        }
    }
}

}  // namespace
}  // namespace bytestore::fuse
