// set, get and delete: where values come from, and that they come back as they were.
#include "tests/kvs/kvs_fixture.h"
#include "tools/kvs.h"

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <utility>

namespace bytestore::tools {
namespace {

using testing::HasSubstr;

using SetTest = KvsTest;

std::string all_byte_values()
{
    std::string bytes;
    for (int value = 0; value < 256; ++value) {
        bytes += static_cast<char>(value);
    }
    return bytes;
}

TEST_F(SetTest, every_byte_value_survives_standard_input)
{
    EXPECT_EQ(kvs({"set", "k", "-"}, all_byte_values()), prints("OK  k = (256 bytes)\n"));
    EXPECT_EQ(kvs({"get", "--raw", "k"}), prints(all_byte_values()));
    for (const char byte : all_byte_values()) {
        const std::string value(1, byte);
        EXPECT_EQ(kvs({"set", "k", "-"}, value), prints("OK  k = (1 bytes)\n"));
        EXPECT_EQ(kvs({"get", "--raw", "k"}), prints(value)) << testing::PrintToString(value);
    }
}

TEST_F(SetTest, every_byte_value_survives_a_file)
{
    write_file(file("value"), all_byte_values());
    EXPECT_EQ(kvs({"set", "k", "--file", file("value")}), prints("OK  k = (256 bytes)\n"));
    EXPECT_EQ(kvs({"get", "k", "--raw"}), prints(all_byte_values()));
}

TEST_F(SetTest, every_byte_value_but_nul_survives_the_command_line)
{
    const std::string value = all_byte_values().substr(1);
    EXPECT_EQ(kvs({"set", "k", value}), prints("OK  k = " + value + "\n"));
    EXPECT_EQ(kvs({"get", "k", "--raw"}), prints(value));
}

RC_GTEST_FIXTURE_PROP(SetTest, any_value_comes_back, (const std::string& value))
{
    RC_ASSERT(kvs({"set", "k", "-"}, value).exit == 0);
    RC_ASSERT(kvs({"get", "k", "--raw"}).out == value);
    RC_ASSERT(kvs({"get", "k"}).out == (value.ends_with('\n') ? value : value + '\n'));
}

TEST_F(SetTest, a_value_of_several_pieces_survives)
{
    std::string value;
    for (int i = 0; i < 40'000; ++i) {
        value += std::to_string(i) + "\n";
    }
    EXPECT_EQ(kvs({"set", "k", "-"}, value).exit, 0);
    EXPECT_EQ(kvs({"get", "k"}), prints(value));
}

TEST_F(SetTest, get_ends_the_value_with_one_newline)
{
    const std::vector<std::pair<std::string, std::string>> cases = {{"", "\n"},   {"x", "x\n"},       {"x\n", "x\n"},
                                                                    {"\n", "\n"}, {"x\n\n", "x\n\n"}, {"x\r", "x\r\n"}};
    for (const auto& [value, printed] : cases) {
        EXPECT_EQ(kvs({"set", "k", value}).exit, 0);
        EXPECT_EQ(kvs({"get", "k"}), prints(printed)) << testing::PrintToString(value);
        EXPECT_EQ(kvs({"get", "k", "--raw"}), prints(value)) << testing::PrintToString(value);
    }
}

TEST_F(SetTest, an_empty_input_is_an_empty_value)
{
    EXPECT_EQ(kvs({"set", "k", "-"}, ""), prints("OK  k = (0 bytes)\n"));
    EXPECT_EQ(kvs({"get", "k", "--raw"}), prints(""));
}

TEST_F(SetTest, a_file_that_cannot_be_read_is_named_and_changes_nothing)
{
    std::filesystem::create_directory(file("directory"));
    const std::string missing = file("missing").string();
    EXPECT_EQ(kvs({"set", "k", "--file", missing}),
              (Outcome{1, "", "kvs: cannot open " + missing + ": No such file or directory\n"}));
    const Outcome directory = kvs({"set", "k", "--file", file("directory")});
    EXPECT_EQ(directory.exit, 1);
    EXPECT_THAT(directory.err, HasSubstr(file("directory").string() + ": Is a directory"));
    EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(SetTest, a_broken_standard_input_is_an_error)
{
    std::ifstream in(file(".").string());  // opens, but a directory cannot be read
    std::ostringstream out;
    std::ostringstream err;
    Io io{in, out, err};
    EXPECT_EQ(run_kvs(Args{"--dir", store(), "set", "k", "-"}, io), 1);
    EXPECT_EQ(err.str(), "kvs: cannot read standard input: Is a directory\n");
    EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(SetTest, a_file_over_the_limit_is_refused_before_it_is_all_read)
{
    write_file(file("value"), "");
    std::filesystem::resize_file(file("value"), kDefaultMaxValue + 1);
    const Outcome run = kvs({"set", "k", "--file", file("value")});
    EXPECT_EQ(run.exit, 1);
    EXPECT_EQ(run.err, "kvs: the value from " + file("value").string() + " is longer than 268435456 bytes\n");
    EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(SetTest, a_key_that_can_be_none_is_refused)
{
    EXPECT_EQ(kvs({"set", "\xff", "v"}), (Outcome{1, "", "kvs: the key is not valid UTF-8\n"}));
    EXPECT_EQ(kvs({"set", std::string(65'537, 'k'), "v"}),
              (Outcome{1, "", "kvs: the key of 65537 bytes is longer than 65536 bytes\n"}));
    EXPECT_EQ(kvs({"get", "\xff"}), not_found("\xff"));
    EXPECT_EQ(kvs({"scan"}), prints("(empty store)\n"));
}

TEST_F(SetTest, the_three_names_of_delete_delete)
{
    for (const std::string name : {"delete", "del", "rm"}) {
        EXPECT_EQ(kvs({"set", "k", "v"}).exit, 0);
        EXPECT_EQ(kvs({name, "k"}), prints("Deleted: k\n"));
        EXPECT_EQ(kvs({"get", "k"}), not_found("k"));
        EXPECT_EQ(kvs({name, "k"}), not_found("k"));
    }
}

class MetaTest : public KvsTest {
protected:
    void store_with(const Meta& meta, Kind kind) const
    {
        const auto opened = open_store();
        EXPECT_TRUE(opened->set("k", "old", meta, kind));
        EXPECT_TRUE(opened->close());
    }

    Entry entry_after_set() const
    {
        EXPECT_EQ(kvs({"set", "k", "new"}).exit, 0);
        return open_store()->find("k").value().entry();
    }

    static std::int64_t now()
    {
        timespec time{};
        ::clock_gettime(CLOCK_REALTIME, &time);
        return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    }
};

TEST_F(MetaTest, set_gives_a_new_key_the_time_and_nothing_else)
{
    const std::int64_t before = now();
    const Meta meta = entry_after_set().meta;
    EXPECT_GE(meta.mtime, before);
    EXPECT_LE(meta.mtime, now());
    EXPECT_EQ(meta, (Meta{meta.mtime, {}, {}, {}, {}, {}}));
}

TEST_F(MetaTest, set_keeps_mode_and_owner_of_an_old_key)
{
    store_with(Meta{1, 2, 3, 0640, 7, 8}, Kind::bytes);
    const Meta meta = entry_after_set().meta;
    EXPECT_GT(meta.mtime, 1);
    EXPECT_EQ(meta, (Meta{meta.mtime, {}, {}, 0640, 7, 8}));
}

TEST_F(MetaTest, set_of_a_link_replaces_it_by_bytes)
{
    store_with(Meta{1, {}, {}, 0777, 7, 8}, Kind::link);
    const Entry entry = entry_after_set();
    EXPECT_EQ(entry.kind, Kind::bytes);
    EXPECT_EQ(entry.meta, (Meta{entry.meta.mtime, {}, {}, {}, 7, 8}));
    EXPECT_EQ(kvs({"get", "k"}), prints("new\n"));
}

TEST_F(MetaTest, get_of_a_link_prints_its_target)
{
    set_link("k", "over/there");
    EXPECT_EQ(kvs({"get", "k"}), prints("over/there\n"));
    EXPECT_EQ(kvs({"get", "k", "--raw"}), prints("over/there"));
}

TEST_F(SetTest, a_key_that_cannot_be_makes_no_store)
{
    for (const auto& key : {std::string(), std::string("\xff"), std::string(65'537, 'k'), std::string("a:\0", 3)}) {
        EXPECT_EQ(kvs({"set", key, "v"}).exit, 1);
        EXPECT_FALSE(std::filesystem::exists(store()));
    }
}

}  // namespace
}  // namespace bytestore::tools
