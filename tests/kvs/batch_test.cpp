// kvs batch: the lines that .control/apply takes. How a stream becomes batches is tested in tests/apply.
#include "tests/kvs/kvs_fixture.h"

#include <algorithm>

namespace bytestore::tools {
namespace {

using testing::HasSubstr;

std::string set_line(const std::string& key, const std::string& value)
{
    return R"({"cmd":"Set","key":")" + key + R"(","value":")" + value + "\"}\n";
}

std::string delete_line(const std::string& key)
{
    return R"({"cmd":"Delete","key":")" + key + "\"}\n";
}

class BatchTest : public KvsTest {
protected:
    std::string content() const { return kvs({"scan", "--json"}).out; }
};

const std::string kLines = set_line("a", "1") + "\n" +
                           R"(["Set","b","2"])"
                           "\n" +
                           "{\"batch\":2}\n" + delete_line("a") + set_line("c", "3") + delete_line("none");
const std::string kContent = "{\"key\":\"b\",\"value\":\"2\"}\n{\"key\":\"c\",\"value\":\"3\"}\n";

TEST_F(BatchTest, lines_come_from_standard_input_or_a_file)
{
    write_file(file("lines"), kLines);
    for (const Args& args : {Args{"batch"}, Args{"batch", "-"}, Args{"batch", file("lines").string()}}) {
        EXPECT_EQ(kvs(args, kLines), prints("OK  5 record(s)\n"));
        EXPECT_EQ(content(), kContent);
        std::filesystem::remove_all(store());
    }
}

TEST_F(BatchTest, no_lines_are_no_records)
{
    for (const std::string input : {"", "\n", " \n\t\n", " "}) {
        EXPECT_EQ(kvs({"batch"}, input), prints("OK  0 record(s)\n"));
    }
}

TEST_F(BatchTest, the_end_of_the_input_ends_the_last_line)
{
    EXPECT_EQ(kvs({"batch"}, kLines.substr(0, kLines.size() - 1)), prints("OK  5 record(s)\n"));
    EXPECT_EQ(content(), kContent);
}

TEST_F(BatchTest, a_bad_line_is_named_and_what_was_before_it_stands)
{
    const std::vector<std::string> lines{set_line("a", "1"), set_line("b", "2"), set_line("c", "3")};
    for (std::size_t at = 0; at <= lines.size(); ++at) {
        std::string input;
        for (std::size_t i = 0; i <= lines.size(); ++i) {
            input += i == at ? "bad\n" : lines[i - (i > at ? 1 : 0)];
        }
        const Outcome run = kvs({"batch"}, input);
        EXPECT_EQ(run.exit, 1);
        EXPECT_EQ(run.out, "");
        EXPECT_THAT(run.err, HasSubstr("standard input: line " + std::to_string(at + 1) + ": not JSON"));
        EXPECT_THAT(run.err, HasSubstr("; " + std::to_string(at) + " record(s) were applied\n"));
        const std::string found = content();
        EXPECT_EQ(std::ranges::count(found, '\n'), static_cast<std::ptrdiff_t>(at));
        std::filesystem::remove_all(store());
    }
}

TEST_F(BatchTest, a_batch_that_is_cut_applies_nothing_of_itself)
{
    const std::string before = set_line("a", "1");
    const std::string batch = "{\"batch\":2}\n" + set_line("b", "2") + set_line("c", "3");
    // Without its newline alone the last line is whole.
    for (std::size_t size = 1; size + 1 < batch.size(); ++size) {
        const Outcome run = kvs({"batch"}, before + batch.substr(0, size));
        EXPECT_EQ(run.exit, 1) << size;
        EXPECT_THAT(run.err, HasSubstr("1 record(s) were applied")) << size;
        EXPECT_EQ(content(), "{\"key\":\"a\",\"value\":\"1\"}\n") << size;
    }
}

TEST_F(BatchTest, any_key_can_be_named)
{
    const std::string marker = R"({"cmd":"Set","key":"d:\u0000","value":"","mode":448})"
                               "\n";
    EXPECT_EQ(kvs({"batch"}, marker), prints("OK  1 record(s)\n"));
    const auto opened = open_store();
    EXPECT_EQ(opened->find(std::string("d:\0", 3)).value().entry().meta.mode, 0700);
}

TEST_F(BatchTest, a_file_that_cannot_be_read_makes_no_store)
{
    const Outcome run = kvs({"batch", file("none").string()});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, HasSubstr("cannot open " + file("none").string()));
    EXPECT_FALSE(std::filesystem::exists(store()));
    EXPECT_THAT(kvs({"batch", "/"}).err, HasSubstr("cannot read /"));
}

}  // namespace
}  // namespace bytestore::tools
