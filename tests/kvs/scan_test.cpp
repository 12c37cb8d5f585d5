#include "tests/kvs/kvs_fixture.h"

namespace bytestore::tools {
namespace {

using ScanTest = KvsTest;

const std::string kRule = std::string(50, '-') + "\n";

std::string padded_key(const std::string& key)
{
    return "  " + key + std::string(30 - key.size(), ' ') + " = ";
}

TEST_F(ScanTest, links_and_binary_values_are_shown_as_such)
{
    EXPECT_EQ(kvs({"set", "binary", "-"}, "\xff").exit, 0);
    EXPECT_EQ(kvs({"set", "text", "-"}, "two\nlines").exit, 0);
    set_link("link", "over/there");
    EXPECT_EQ(kvs({"scan"}),
              prints("3 result(s):\n" + kRule + padded_key("binary") + "(1 bytes, binary)\n" + padded_key("link") +
                     "-> over/there\n" + padded_key("text") + "two\nlines\n" + kRule));
}

TEST_F(ScanTest, the_key_column_counts_characters)
{
    EXPECT_EQ(kvs({"set", "ключ", "v"}).exit, 0);
    EXPECT_EQ(kvs({"set", "日本", "v"}).exit, 0);
    EXPECT_EQ(kvs({"scan"}).out, "2 result(s):\n" + kRule + "  ключ" + std::string(26, ' ') + " = v\n" + "  日本" +
                                     std::string(28, ' ') + " = v\n" + kRule);
}

TEST_F(ScanTest, a_prefix_is_bytes)
{
    for (const std::string key : {"user", "user-1", "user:1", "user:2", "user1"}) {
        EXPECT_EQ(kvs({"set", key, "v"}).exit, 0);
    }
    EXPECT_EQ(kvs({"scan", "user:", "--keys-only"}), prints("2 result(s):\n" + kRule + "user:1\nuser:2\n" + kRule));
    EXPECT_EQ(kvs({"scan", "--keys-only", "user"}),
              prints("5 result(s):\n" + kRule + "user\nuser-1\nuser1\nuser:1\nuser:2\n" + kRule));
    EXPECT_EQ(kvs({"scan", "user:3"}), prints("(no keys matching prefix \"user:3\")\n"));
    EXPECT_EQ(kvs({"scan", "\xff"}), prints("(no keys matching prefix \"\\xff\")\n"));
}

TEST_F(ScanTest, a_scan_is_whole_whatever_the_pages_it_is_read_in)
{
    for (const int keys : {999, 1000, 1001, 2000, 2500}) {
        const auto opened = open_store();
        std::string expected;
        for (int i = 0; i < keys; ++i) {
            expected += std::to_string(10'000 + i) + "\n";
            ASSERT_TRUE(opened->set(std::to_string(10'000 + i), "v", Meta()));
        }
        ASSERT_TRUE(opened->close());
        EXPECT_EQ(kvs({"scan", "--keys-only"}),
                  prints(std::to_string(keys) + " result(s):\n" + kRule + expected + kRule));
    }
}

}  // namespace
}  // namespace bytestore::tools
