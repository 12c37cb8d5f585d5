#include "tests/kvs/kvs_fixture.h"

#include <utility>

namespace bytestore::tools {
namespace {

using namespace std::string_literals;

using KeyPathTest = KvsTest;

TEST_F(KeyPathTest, keys_and_paths_map_without_a_store)
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"user:1", "user/1"},       {"user", "user"},       {"url:http://x", "url/http/::x"},
        {"12/30.log", "12:30.log"}, {"a::b", "a/%empty/b"}, {".control", "%.control"},
        {"..", "%dotdot"},          {"%value", "%%value"},
    };
    for (const auto& [key, path] : cases) {
        EXPECT_EQ(kvs({"path", key}), prints(path + "\n"));
        EXPECT_EQ(kvs({"key", path}), prints(key + "\n"));
        EXPECT_EQ(kvs({"key", "/" + path}), prints(key + "\n"));
    }
    EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(KeyPathTest, the_value_of_a_key_that_is_a_directory_is_a_file_in_it)
{
    EXPECT_EQ(kvs({"path", "a"}), prints("a\n"));
    EXPECT_EQ(kvs({"set", "a:b", "v"}).exit, 0);
    EXPECT_EQ(kvs({"path", "a"}), prints("a/%value\n"));
    EXPECT_EQ(kvs({"key", "a/%value"}), prints("a\n"));
    EXPECT_EQ(kvs({"path", "a-"}), prints("a-\n"));
}

TEST_F(KeyPathTest, an_empty_directory_counts_as_one)
{
    const auto opened = open_store();
    ASSERT_TRUE(opened->set("a:\0"s, "", Meta()));
    ASSERT_TRUE(opened->close());
    EXPECT_EQ(kvs({"path", "a"}), prints("a/%value\n"));
}

TEST_F(KeyPathTest, aliases_of_keys_that_are_there_lead_back_to_them)
{
    const std::string segment(300, 'x');
    for (const std::string& key : {segment, segment + "y", "a:" + segment, segment + "z:b", ":" + segment,
                                   segment + "1:" + segment + "2", std::string(300, '/')}) {
        const std::string path = kvs({"path", key}).out;
        const std::string name = path.substr(0, path.size() - 1);
        EXPECT_THAT(path, testing::HasSubstr("%key-"));
        EXPECT_EQ(kvs({"key", name}).exit, 2) << key;
        EXPECT_EQ(kvs({"set", key, "v"}).exit, 0);
        EXPECT_EQ(kvs({"key", name}), prints(key + "\n"));
    }
}

TEST_F(KeyPathTest, an_alias_is_found_among_many_that_start_alike)
{
    const std::string start(260, 'x');
    const auto opened = open_store();
    for (int i = 0; i < 2500; ++i) {
        ASSERT_TRUE(opened->set(start + std::to_string(10'000 + i), "v", Meta()));
    }
    ASSERT_TRUE(opened->close());
    for (const int i : {0, 999, 1000, 1001, 2499}) {
        const std::string key = start + std::to_string(10'000 + i);
        const std::string path = kvs({"path", key}).out;
        EXPECT_EQ(kvs({"key", path.substr(0, path.size() - 1)}), prints(key + "\n"));
    }
}

TEST_F(KeyPathTest, what_is_no_path_or_no_key_is_refused)
{
    for (const std::string path : {"", "/", ".control", ".control/stats", "%value", "a/%value/b", "a/..", "\xff"}) {
        const Outcome run = kvs({"key", path});
        EXPECT_EQ(run.exit, 1) << path;
        EXPECT_THAT(run.err, testing::MatchesRegex("kvs: [^\n]+\n")) << path;
    }
    EXPECT_EQ(kvs({"path", "\xff"}), (Outcome{1, "", "kvs: the key \"\\xff\" is not valid UTF-8, and has no path\n"}));
    EXPECT_EQ(kvs({"path", "a:\0"s}),
              (Outcome{1, "", "kvs: \"a:\\0\" is the marker of a directory, and has no path\n"}));
    EXPECT_EQ(kvs({"path", std::string(65'537, 'k')}),
              (Outcome{1, "", "kvs: a key of 65537 bytes is longer than 65536 bytes\n"}));
}

TEST_F(KeyPathTest, an_alias_of_no_key_is_a_negative_answer)
{
    const std::string alias = "%key-" + std::string(32, '0') + "-x";
    EXPECT_EQ(kvs({"key", alias}), (Outcome{2, "", "kvs: " + alias + ": no key has this alias\n"}));
}

}  // namespace
}  // namespace bytestore::tools
