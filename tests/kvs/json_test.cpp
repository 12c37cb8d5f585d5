#include "tests/kvs/kvs_fixture.h"

#include <nlohmann/json.hpp>

#include <sstream>

namespace bytestore::tools {
namespace {

using Json = nlohmann::json;

class JsonTest : public KvsTest {
protected:
    JsonTest()
    {
        EXPECT_EQ(kvs({"set", "binary", "-"}, std::string("\xff\x00\x01", 3)).exit, 0);
        EXPECT_EQ(kvs({"set", "text", "-"}, "a \"quoted\"\nline é\n").exit, 0);
        set_link("link", "over/there");
    }

    static Json lines(const std::string& text)
    {
        Json all = Json::array();
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            all.push_back(Json::parse(line));
        }
        return all;
    }
};

const Json kBinary = {{"key", "binary"}, {"value", "/wAB"}, {"encoding", "base64"}};
const Json kLink = {{"key", "link"}, {"value", "over/there"}, {"kind", "link"}};
const Json kText = {{"key", "text"}, {"value", "a \"quoted\"\nline é\n"}};

TEST_F(JsonTest, get_prints_one_object)
{
    EXPECT_EQ(Json::parse(kvs({"get", "--json", "binary"}).out), kBinary);
    EXPECT_EQ(Json::parse(kvs({"get", "--json", "link"}).out), kLink);
    EXPECT_EQ(Json::parse(kvs({"get", "--json", "text"}).out), kText);
    EXPECT_EQ(kvs({"get", "--json", "none"}), not_found("none"));
}

TEST_F(JsonTest, scan_prints_an_object_a_line)
{
    EXPECT_EQ(lines(kvs({"scan", "--json"}).out), (Json{kBinary, kLink, kText}));
    EXPECT_EQ(lines(kvs({"scan", "--json", "--keys-only", "l"}).out), Json::array({{{"key", "link"}}}));
    EXPECT_EQ(kvs({"scan", "--json", "none"}), prints(""));
}

TEST_F(JsonTest, stats_print_one_object)
{
    const Json stats = Json::parse(kvs({"stats", "--json"}).out);
    EXPECT_EQ(stats["directory"], store().string());
    EXPECT_EQ(stats["live_keys"], 3);
    EXPECT_GT(stats["disk_bytes"], 0);
}

}  // namespace
}  // namespace bytestore::tools
