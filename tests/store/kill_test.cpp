// Processes that write are killed at any moment: what they told to be committed is there, and of what they did not tell
// at most the commit under way, whole.
#include "tests/store/kill_work.h"
#include "tests/support/first_byte_store.h"
#include "tests/support/store_test.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace bytestore::test {
namespace {

class KillTest : public StoreTest, public ::testing::WithParamInterface<SyncMode> {
protected:
    void SetUp() override { options_ = kill_options(GetParam()); }

    // Starts processes, each with these words for kill_writer, and kills all once so many commits were told.
    void kill_after(int commits, const std::vector<std::vector<std::string>>& processes)
    {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        std::vector<pid_t> pids;
        pids.reserve(processes.size());
        for (const auto& words : processes) {
            pids.push_back(start(words, ends[1]));
        }
        ::close(ends[1]);
        int told = 0;
        while (told < commits && hear(ends[0])) {
            ++told;
        }
        for (const pid_t pid : pids) {
            int status = 0;
            EXPECT_EQ(::kill(pid, SIGKILL), 0);
            EXPECT_EQ(::waitpid(pid, &status, 0), pid);
            EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself, exit status " << WEXITSTATUS(status);
        }
        while (hear(ends[0])) {
        }
        ::close(ends[0]);
    }

    static pid_t start(const std::vector<std::string>& words, int output)
    {
        std::vector<char*> arguments{const_cast<char*>(KILL_WRITER)};
        for (const auto& word : words) {
            arguments.push_back(const_cast<char*>(word.c_str()));
        }
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        pid_t pid = -1;
        EXPECT_EQ(::posix_spawn(&pid, KILL_WRITER, &actions, nullptr, arguments.data(), environ), 0);
        ::posix_spawn_file_actions_destroy(&actions);
        return pid;
    }

    // False at the end, when no writer is left.
    bool hear(int input)
    {
        Acknowledgement done;
        if (::read(input, &done, sizeof(done)) != sizeof(done)) {
            return false;
        }
        told_.at(done.writer) = done.commit;
        return true;
    }

    void expect_all_that_was_told()
    {
        const auto store = open();
        Map expected;
        for (std::uint32_t writer = 0; writer < kKillWriters; ++writer) {
            const auto found = kill_commits(*store, writer);
            EXPECT_GE(found, told_[writer]);
            EXPECT_LE(found, told_[writer] + 1);
            for (auto& commit = applied_.at(writer); commit < found; ++commit) {
                maps_[writer] = applied(kill_batch(writer, commit + 1), maps_[writer]);
            }
            told_[writer] = found;
            expected.insert(maps_[writer].begin(), maps_[writer].end());
        }
        EXPECT_EQ(content_of(*store), expected);
        EXPECT_EQ(read_as_first(path()), expected);
    }

    std::vector<std::string> words(const std::string& how) const
    {
        return {how, path(), std::to_string(static_cast<int>(GetParam()))};
    }

    void kill_again_and_again(int rounds, const std::vector<std::vector<std::string>>& processes)
    {
        Workload chance(first_seed());
        for (int round = 0; round < scaled(rounds) && !HasFailure(); ++round) {
            SCOPED_TRACE("round " + std::to_string(round));
            kill_after(1 + chance.below(300), processes);
            expect_all_that_was_told();
        }
    }

    std::array<std::uint32_t, kKillWriters> told_{};     // last commit of each
    std::array<std::uint32_t, kKillWriters> applied_{};  // to these
    std::array<Map, kKillWriters> maps_;
};

TEST_P(KillTest, AProcessOfSeveralWriters)
{
    kill_again_and_again(40, {words("threads")});
}

TEST_P(KillTest, SeveralProcessesThatTakeTurns)
{
    std::vector<std::vector<std::string>> processes;
    for (std::uint32_t writer = 0; writer < kKillWriters; ++writer) {
        processes.push_back(words("process"));
        processes.back().push_back(std::to_string(writer));
    }
    kill_again_and_again(20, processes);
}

INSTANTIATE_TEST_SUITE_P(Modes, KillTest, ::testing::Values(SyncMode::always, SyncMode::interval, SyncMode::never));

}  // namespace
}  // namespace bytestore::test
