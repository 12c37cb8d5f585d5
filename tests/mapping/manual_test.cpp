// The examples in bytestore(7) are what the mapping does.
#include "fs/mapping.h"
#include "tests/support/files.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

namespace bytestore::fs {
namespace {

constexpr std::string_view kNoMacro = "\\&";  // before a dot at the begin of a line

// Key and path, from the first display of the page.
std::map<std::string, std::string> examples()
{
    const std::string page = test::read_file(MANUAL);
    const std::size_t begin = page.find('\n', page.find(".Bd")) + 1;
    std::istringstream display(page.substr(begin, page.find(".Ed") - begin));
    std::map<std::string, std::string> found;
    for (std::string key, path; display >> key >> path;) {
        found[key.starts_with(kNoMacro) ? key.substr(kNoMacro.size()) : key] = path;
    }
    return found;
}

TEST(MappingManual, examples_hold_in_both_directions)
{
    ASSERT_GE(examples().size(), 9U);
    for (const auto& [key, path] : examples()) {
        EXPECT_EQ(path_of_key(key, [](std::string_view) { return false; }), path);
        EXPECT_EQ(key_of_path(path, nullptr).value_or("no key"), key);
    }
}

}  // namespace
}  // namespace bytestore::fs
