// What export prints, import and batch make again.
#include "tests/kvs/kvs_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <optional>

namespace bytestore::tools {
namespace {

using namespace std::string_literals;

using testing::HasSubstr;
using testing::StartsWith;

// Export and import, with the store to themselves, and beside a daemon.
class ExportTest : public KvsTest, public testing::WithParamInterface<bool> {
protected:
    void fill() const
    {
        const auto opened = open_store();
        const std::vector<std::string> keys{"k",
                                            "a b",
                                            "user:1",
                                            "a::b",
                                            ":",
                                            "\n\t\"\\",
                                            "\x7f",
                                            "ключ",
                                            "12/30.log",
                                            ".",
                                            ".control",
                                            "%key-",
                                            std::string(65536, 'k')};
        const std::vector<std::string> values{"",
                                              "v",
                                              "\n",
                                              "\0b64:"s,
                                              "\0"s,
                                              "\xff\xfe",
                                              "\"}\n{",
                                              std::string(3'000'000, '\0'),
                                              std::string(70'000, '"'),
                                              "\0link:x"s};
        std::int64_t time = 1;
        for (const auto& key : keys) {
            for (const auto& value : values) {
                const auto name = key.size() < kMaxKeyBytes ? key + std::to_string(time % 10) : key;
                ASSERT_TRUE(opened->set(name, value, Meta{++time, time + 1, {}, 0600, 7, 8}));
            }
        }
        ASSERT_TRUE(opened->set("link", "target", Meta{-5, {}, {}, {}, {}, {}}, Kind::link));
        ASSERT_TRUE(opened->set("dir:\0"s, "", Meta{9, {}, {}, 0700, {}, {}}));
        ASSERT_TRUE(opened->close());
    }
    struct Record {
        std::string value;
        Kind kind;
        Meta meta;
        bool operator==(const Record&) const = default;
    };
    std::map<std::string, Record> records() const
    {
        std::map<std::string, Record> all;
        const auto opened = open_store();
        for (const auto& item : opened->list({})) {
            all[item.name] = {*opened->get(item.name), item.entry.kind, item.entry.meta};
        }
        return all;
    }
    void empty_store() const
    {
        std::filesystem::remove_all(store());
        std::filesystem::create_directory(store());
    }
    // With a daemon beside it, if the test is to have one.
    Outcome beside(const Args& args, const std::string& input = "") const
    {
        std::optional<ServedStore> daemon;
        if (GetParam()) {
            daemon.emplace(store());
        }
        return kvs(args, input);
    }
};

TEST_P(ExportTest, everything_comes_back)
{
    fill();
    const auto before = records();
    const Outcome exported = beside({"export", "--directories"});
    ASSERT_EQ(exported.exit, 0) << exported.err;
    for (const Args& args : {Args{"import"}, Args{"import", "-", "--atomic"}, Args{"batch"}}) {
        empty_store();
        EXPECT_EQ(beside(args, exported.out), prints("OK  " + std::to_string(before.size()) + " record(s)\n"));
        EXPECT_TRUE(records() == before) << args[0];
    }
}

TEST_P(ExportTest, markers_are_left_out_unless_asked_for)
{
    fill();
    EXPECT_EQ(beside({"export", "dir"}), prints(""));
    EXPECT_THAT(beside({"export", "--directories", "dir"}).out,
                StartsWith("{\"cmd\":\"Set\",\"key\":\"dir:\\u0000\",\"value\":\"\""));
}

TEST_P(ExportTest, tells_of_keys_that_no_import_takes_and_leaves_them_out)
{
    empty_store();
    write_file(store() / "log-00000000000000000000.dat",
               "[\"Set\",\"\",\"v\"]\n[\"Set\",\"a:\\u0000x\",\"v\"]\n[\"Set\",\"k\",\"v\"]\n");
    const Outcome run = beside({"export"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_EQ(std::ranges::count(run.out, '\n'), 1);
    EXPECT_THAT(run.err, StartsWith("kvs: the key \"\" is left out, which no import takes: the key is empty\n"));
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 2);
    EXPECT_EQ(beside({"import"}, run.out), prints("OK  1 record(s)\n"));
}

TEST_P(ExportTest, takes_only_keys_with_the_prefix)
{
    kvs({"set", "a:1", "x"});
    kvs({"set", "b:1", "x"});
    const std::string line = beside({"export", "b:"}).out;
    EXPECT_THAT(line, StartsWith("{\"cmd\":\"Set\",\"key\":\"b:1\",\"value\":\"x\",\"mtime\":"));
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
}

// Enough for several commits, with a line that is wrong anywhere.
TEST_P(ExportTest, an_import_stops_at_the_first_wrong_line_and_says_which_was_the_last)
{
    for (const int wrong : {1, 2, 999, 1000, 1001, 1002, 2500}) {
        empty_store();
        std::string lines;
        for (int i = 1; i <= 2500; ++i) {
            lines += i == wrong ? "wrong\n" : "[\"Set\",\"k" + std::to_string(i) + "\",\"v\"]\n";
        }
        const Outcome run = beside({"import"}, lines);
        EXPECT_EQ(run.exit, 1);
        const std::string applied = std::to_string(wrong - 1);
        EXPECT_THAT(run.err, StartsWith("kvs: standard input: line " + std::to_string(wrong) + ": "));
        EXPECT_THAT(run.err, HasSubstr("; " + applied + " record(s) were applied" +
                                       (wrong > 1 ? ", up to line " + applied : "") + "\n"));
        EXPECT_EQ(records().size(), static_cast<std::size_t>(wrong - 1));
    }
}

TEST_P(ExportTest, an_atomic_import_is_all_or_nothing)
{
    kvs({"set", "old", "x"});
    const std::string lines = "[\"Delete\",\"old\"]\n[\"Set\",\"new\",\"y\"]\n";
    for (const char* bad :
         {"wrong\n", "{\"batch\":1}\n[\"Set\",\"k\",\"v\"]\n", "[\"Set\",\"\",\"v\"]\n", "[\"Set\",\"k\",\"v"}) {
        const Outcome run = beside({"import", "--atomic"}, lines + bad);
        EXPECT_EQ(run.exit, 1) << bad;
        EXPECT_THAT(run.err, HasSubstr("; 0 record(s) were applied\n")) << bad;
        EXPECT_EQ(kvs({"scan", "--keys-only", "--json"}), prints("{\"key\":\"old\"}\n"));
    }
    EXPECT_EQ(beside({"import", "--atomic"}, lines), prints("OK  2 record(s)\n"));
    EXPECT_EQ(kvs({"scan", "--keys-only", "--json"}), prints("{\"key\":\"new\"}\n"));
}

TEST_P(ExportTest, an_import_keeps_the_batches_in_it)
{
    const std::string lines = "[\"Set\",\"a\",\"1\"]\n{\"batch\":2}\n[\"Set\",\"b\",\"1\"]\n";
    const Outcome run = beside({"import"}, lines);
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, HasSubstr("the batch of line 2 has 1 of 2 records; 1 record(s) were applied, up to line 1\n"));
    EXPECT_EQ(kvs({"scan", "--keys-only", "--json"}), prints("{\"key\":\"a\"}\n"));
}

INSTANTIATE_TEST_SUITE_P(Beside, ExportTest, testing::Bool());

class ImportFileTest : public KvsTest {};

TEST_F(ImportFileTest, with_v_the_numbers_are_said_and_a_wrong_name_makes_no_store)
{
    EXPECT_EQ(kvs({"-v", "export"}).err, "kvs: info: exported 0 record(s), 0 bytes\n");
    EXPECT_EQ(kvs({"import", "no-such-file"}).exit, 1);
    EXPECT_FALSE(std::filesystem::exists(store()));
}

}  // namespace
}  // namespace bytestore::tools
