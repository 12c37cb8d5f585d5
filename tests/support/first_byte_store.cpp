#include "tests/support/first_byte_store.h"

#include "engine/log/segment_name.h"

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
    return read_as_first(files_in(directory));
}

Map read_as_first(const std::map<std::string, std::string>& files)
{
    Map map;
    for (const auto& [name, bytes] : files) {  // the order of names is that of numbers
        std::istringstream lines(segment_number(name) ? bytes : "");
        for (std::string text; std::getline(lines, text);) {
            take_line(text, map);
        }
    }
    return map;
}

}  // namespace bytestore::test
