// The program itself, as a shell starts it.
#include "tests/kvs/kvs_fixture.h"
#include "tests/support/files.h"

#include <sys/wait.h>

#include <cstdlib>

namespace bytestore::tools {
namespace {

class ProcessTest : public KvsTest {
protected:
    // Runs a shell command in which $KVS is kvs on this test's store; its two streams land in files.
    Outcome shell(const std::string& command) const
    {
        const std::string script = "KVS='" KVS_PROGRAM " --dir " + store().string() + "'\n(" + command + ") >" +
                                   file("out").string() + " 2>" + file("err").string();
        const int status = std::system(script.c_str());
        return {WEXITSTATUS(status), read_file(file("out")), read_file(file("err"))};
    }
};

TEST_F(ProcessTest, arguments_streams_and_exit_status_are_connected)
{
    EXPECT_EQ(shell("printf '\\0\\1' | $KVS set a -"), prints("OK  a = (2 bytes)\n"));
    EXPECT_EQ(shell("$KVS get a --raw"), prints(std::string("\0\1", 2)));
    EXPECT_EQ(shell("$KVS get b"), not_found("b"));
    EXPECT_EQ(shell("$KVS frob").exit, 1);
}

TEST_F(ProcessTest, standard_output_that_is_closed_is_an_error_and_never_the_log)
{
    const Outcome run = shell("$KVS set a b >&-");
    EXPECT_EQ(run, (Outcome{1, "", "kvs: cannot write to standard output: Bad file descriptor\n"}));
    EXPECT_EQ(kvs({"get", "a"}), prints("b\n"));
}

TEST_F(ProcessTest, standard_input_that_is_closed_is_an_error)
{
    EXPECT_EQ(shell("$KVS set a - <&-"), (Outcome{1, "", "kvs: cannot read standard input: Bad file descriptor\n"}));
    EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(ProcessTest, all_streams_closed_leave_the_log_alone)
{
    EXPECT_EQ(shell("$KVS set a b <&- >&- 2>&-").exit, 1);
    EXPECT_EQ(shell("$KVS -vv set a c <&- 2>&-"), prints("OK  a = c\n"));
    EXPECT_EQ(kvs({"get", "a"}), prints("c\n"));
}

TEST_F(ProcessTest, a_pipe_that_closes_early_is_quiet)
{
    EXPECT_EQ(kvs({"set", "a", std::string(300'000, 'x')}).exit, 0);
    EXPECT_EQ(shell("{ $KVS get a; echo $? >&2; } | head -c 1"), (Outcome{0, "x", "1\n"}));
}

TEST_F(ProcessTest, a_store_of_more_segments_than_files_may_be_open_at_first_is_served)
{
    std::filesystem::create_directory(store());
    for (std::uint64_t i = 0; i < 40; ++i) {
        write_file(bytestore::test::segment_path(store(), i), R"({"cmd":"Set","key":"k)" + std::to_string(i) +
                                                                  R"(","value":"v"})"
                                                                  "\n");
    }
    EXPECT_EQ(shell("ulimit -Sn 20; $KVS get k7"), prints("v\n"));
}

// The second line comes once the first is in the store, whose files can be read while it is locked.
TEST_F(ProcessTest, batch_applies_a_line_when_it_has_come)
{
    EXPECT_EQ(shell("{ echo '[\"Set\",\"a\",\"1\"]'; for try in $(seq 1000); do $KVS get a >&2 && "
                    "echo '[\"Set\",\"b\",\"2\"]' && break; done; } 2> /dev/null | $KVS batch"),
              prints("OK  2 record(s)\n"));
}

TEST_F(ProcessTest, the_program_has_two_names)
{
    const auto other = std::filesystem::path(KVS_PROGRAM).replace_filename("bytestore");
    EXPECT_TRUE(std::filesystem::equivalent(other, KVS_PROGRAM));
    EXPECT_EQ(shell(other.string() + " --version"), run_bare({"--version"}));
}

}  // namespace
}  // namespace bytestore::tools
