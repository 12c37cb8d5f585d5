// A daemon that goes while kvs asks it: what was answered is not asked again, and what was not is done elsewhere.
#include "tests/kvs/kvs_fixture.h"
#include "tests/kvs/scripted_daemon.h"

#include "fs/remote/socket_file.h"

#include <sys/socket.h>

#include <array>
#include <functional>
#include <optional>
#include <sstream>
#include <streambuf>
#include <utility>

namespace bytestore::tools {
namespace {

constexpr std::array kLeavings{Leaving::in_order, Leaving::before_doing, Leaving::after_doing};

class DaemonGoneTest : public KvsTest {};

TEST_F(DaemonGoneTest, a_delete_that_was_answered_is_told)
{
    for (const auto leaving : kLeavings) {
        ASSERT_EQ(kvs({"set", "k", "v"}).exit, 0);
        const ScriptedDaemon daemon(store(), "close", leaving);
        EXPECT_EQ(kvs({"delete", "k"}), prints("Deleted: k\n"));
        EXPECT_EQ(kvs({"get", "k"}), not_found("k"));
    }
}

TEST_F(DaemonGoneTest, a_delete_that_was_not_answered_is_done)
{
    for (const auto leaving : kLeavings) {
        ASSERT_EQ(kvs({"set", "k", "v"}).exit, 0);
        const ScriptedDaemon daemon(store(), "delete", leaving);
        EXPECT_EQ(kvs({"delete", "k"}), prints("Deleted: k\n"));
        EXPECT_EQ(kvs({"get", "k"}), not_found("k"));
    }
}

TEST_F(DaemonGoneTest, a_key_that_was_never_there_is_not_found)
{
    for (const auto leaving : kLeavings) {
        const ScriptedDaemon daemon(store(), "close", leaving);
        EXPECT_EQ(kvs({"delete", "k"}), not_found("k"));
    }
    const ScriptedDaemon daemon(store(), "delete", Leaving::in_order);
    EXPECT_EQ(kvs({"delete", "k"}), not_found("k"));
}

TEST_F(DaemonGoneTest, a_value_is_set_wherever_the_daemon_goes)
{
    for (const std::string request : {"hello", "set", "close"}) {
        for (const auto leaving : kLeavings) {
            const std::string value = request + std::to_string(static_cast<int>(leaving));
            const ScriptedDaemon daemon(store(), request, leaving);
            EXPECT_EQ(kvs({"set", "k", value}), prints("OK  k = " + value + "\n"));
            EXPECT_EQ(kvs({"get", "k"}), prints(value + "\n"));
        }
    }
}

TEST_F(DaemonGoneTest, a_compaction_is_announced_once)
{
    for (const auto leaving : kLeavings) {
        const ScriptedDaemon daemon(store(), "compact", leaving);
        EXPECT_EQ(kvs({"compact"}), prints("Running compaction…\nCompaction complete.\n"));
    }
}

// Two lines, and what happens between them, when the first was taken.
class PausedInput : public std::streambuf {
public:
    PausedInput(std::string first, std::function<void()> meanwhile, std::string second)
        : first_(std::move(first)), meanwhile_(std::move(meanwhile)), second_(std::move(second))
    {
        setg(first_.data(), first_.data(), first_.data() + first_.size());
    }

protected:
    int_type underflow() override
    {
        if (!meanwhile_) {
            return traits_type::eof();
        }
        std::exchange(meanwhile_, nullptr)();
        setg(second_.data(), second_.data(), second_.data() + second_.size());
        return traits_type::to_int_type(second_.front());
    }

private:
    std::string first_;
    std::function<void()> meanwhile_;
    std::string second_;
};

class PausedBatchTest : public DaemonGoneTest, public testing::WithParamInterface<std::string> {
protected:
    void expect_both_applied(std::optional<ServedStore>& daemon, const std::function<void()>& meanwhile) const
    {
        const bool at_once = GetParam() == "batch";
        PausedInput input(
            R"(["Set","a","1"])"
            "\n",
            [&] {
                EXPECT_EQ(kvs({"get", "a"}), at_once ? prints("1\n") : not_found("a"));
                meanwhile();
            },
            R"(["Set","b","2"])"
            "\n");
        std::istream in(&input);
        std::ostringstream out;
        std::ostringstream err;
        Io io{in, out, err};
        const int exit = run_in({GetParam()}, io);
        EXPECT_EQ((Outcome{exit, out.str(), err.str()}), prints("OK  2 record(s)\n"));
        if (daemon) {
            EXPECT_EQ(daemon->store().get("b").value_or(""), "2");
        }
        EXPECT_EQ(kvs({"scan", "--json"}),
                  prints("{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b\",\"value\":\"2\"}\n"));
    }
};

TEST_P(PausedBatchTest, outlives_its_connection)
{
    std::optional<ServedStore> daemon;
    daemon.emplace(store(), std::chrono::milliseconds(50));
    expect_both_applied(daemon, [this] {
        const auto later = remote::connect_to(store(), std::chrono::seconds(60));
        char byte = 0;
        while (::recv((*later)->get(), &byte, 1, 0) > 0) {
        }
    });
}

TEST_P(PausedBatchTest, goes_on_without_a_daemon)
{
    std::optional<ServedStore> daemon(store());
    expect_both_applied(daemon, [&] { daemon.reset(); });
}

TEST_P(PausedBatchTest, goes_on_with_the_next_daemon)
{
    std::optional<ServedStore> daemon(store());
    expect_both_applied(daemon, [&] {
        daemon.reset();
        daemon.emplace(store());
    });
}

INSTANTIATE_TEST_SUITE_P(Commands, PausedBatchTest, testing::Values("batch", "import"));

}  // namespace
}  // namespace bytestore::tools
