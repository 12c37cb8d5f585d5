#include "tests/support/first_byte_store.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace bytestore::test {
namespace {

void take_line(const std::string& text, Map& map)
{
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (line.is_discarded() || !line.is_object()) {
        ADD_FAILURE() << "the first ByteStore refuses " << text;
    } else if (line.at("cmd") == "Set") {
        map[line.at("key")] = line.at("value");
    } else {
        EXPECT_EQ(line.at("cmd"), "Delete");
        map.erase(line.at("key"));
    }
}

}  // namespace

Map read_as_first(const Path& directory)
{
    Map map;
    for (const auto& segment : segments_in(directory)) {
        std::istringstream lines(read_file(segment));
        for (std::string text; std::getline(lines, text);) {
            take_line(text, map);
        }
    }
    return map;
}

}  // namespace bytestore::test
