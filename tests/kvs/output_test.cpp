// What cannot be printed must not look like success.
#include "tests/kvs/kvs_fixture.h"

#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

namespace bytestore::tools {
namespace {

const std::vector<Args> kPrintingCommands = {
    {"get", "k"},
    {"get", "k", "--raw"},
    {"get", "k", "--json"},
    {"scan"},
    {"scan", "--json"},
    {"stats"},
    {"stats", "--json"},
    {"path", "k"},
    {"key", "k"},
    {"set", "k", "v"},
    {"compact"},
    {"help"},
    {"--version"},
    {"rm", "k"},
};

class OutputTest : public KvsTest {
protected:
    OutputTest() { std::signal(SIGPIPE, SIG_IGN); }
    ~OutputTest() override { std::signal(SIGPIPE, SIG_DFL); }

    void SetUp() override { ASSERT_EQ(kvs({"set", "k", "v"}).exit, 0); }
};

TEST_F(OutputTest, a_full_disk_behind_standard_output_is_an_error)
{
    for (const Args& args : kPrintingCommands) {
        std::ofstream full("/dev/full");
        const Outcome run = kvs_to(full, args);
        EXPECT_EQ(run.exit, 1) << testing::PrintToString(args);
        EXPECT_THAT(run.err, testing::StartsWith("kvs: cannot write to standard output: No space left on device"))
            << testing::PrintToString(args);
    }
}

TEST_F(OutputTest, a_reader_that_went_away_is_a_quiet_failure)
{
    for (const Args& args : kPrintingCommands) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        std::ofstream pipe("/dev/fd/" + std::to_string(ends[1]));
        ::close(ends[0]);
        EXPECT_EQ(kvs_to(pipe, args), (Outcome{1, "", ""})) << testing::PrintToString(args);
        ::close(ends[1]);
    }
}

TEST_F(OutputTest, a_scan_that_nobody_reads_ends)
{
    ASSERT_EQ(kvs({"set", "large", std::string(100'000, 'x')}).exit, 0);
    std::ofstream full("/dev/full");
    EXPECT_EQ(kvs_to(full, {"scan"}).exit, 1);
}

}  // namespace
}  // namespace bytestore::tools
