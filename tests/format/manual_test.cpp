// The examples in bytestore(5) are what they are said to be.
#include "tests/format/lines.h"
#include "tests/support/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

std::vector<std::string> examples()
{
    std::vector<std::string> found;
    std::istringstream page(test::read_file(MANUAL));
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with('{')) {
            for (std::size_t at = 0; (at = line.find("\\e", at)) != std::string::npos; ++at) {
                line.erase(at + 1, 1);
            }
            found.push_back(line);
        }
    }
    return found;
}

TEST(FormatManual, ExamplesAreLinesAsTheyAreWritten)
{
    std::set<Line::Type> types;
    for (const std::string& example : examples()) {
        const auto line = parse_line(example);
        ASSERT_TRUE(line) << example << ": " << line.error().message << "; it should be "
                          << with_checksum(without_checksum(example));
        EXPECT_TRUE(line->checked && line->canonical) << example;
        types.insert(line->type);
    }
    EXPECT_THAT(types, testing::ElementsAre(Line::Type::record, Line::Type::header, Line::Type::seal));
}

TEST(FormatManual, ExamplesOfValuesAreDecodedAsTheTextSays)
{
    std::set<std::string> values;
    for (const std::string& example : examples()) {
        std::string value;
        ASSERT_TRUE(parse_line(example, &value));
        values.insert(value);
    }
    EXPECT_THAT(values, testing::IsSupersetOf(
                            {std::string("Rust"), std::string("\x89PNG\r\n\x1a\n"), std::string("releases/7")}));
}

}  // namespace
}  // namespace bytestore::format
