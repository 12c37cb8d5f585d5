// .control/apply as processes use it; how its lines are read is tested in tests/apply.
#include "tests/support/faulty_files.h"
#include "tests/vfs/mount.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace bytestore::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kApply = ".control/apply";

std::string set_line(const std::string& key, const std::string& value)
{
    return R"({"cmd":"Set","key":")" + key + R"(","value":")" + value + "\"}\n";
}

class ControlApply : public ::testing::Test {
protected:
    std::string last_error() { return mount.read(".control/last-error"); }

    Mount mount;
};

TEST_F(ControlApply, ALineIsSeenOnceItsWriteReturns)
{
    auto file = mount.open_to_write(kApply);
    EXPECT_EQ(mount.read("f"), "errno 2");
    EXPECT_EQ(file.write(0, set_line("f", "1") + set_line("d:f", "2")), 0);
    EXPECT_EQ(mount.read("f"), "1");
    EXPECT_EQ(mount.read("d/f"), "2");
    EXPECT_EQ(file.write(77, R"({"cmd":"Delete","key":"f"})"), 0);
    EXPECT_EQ(mount.read("f"), "1");
    EXPECT_EQ(file.write(3, "\n"), 0);
    EXPECT_EQ(mount.read("f"), "errno 2");
    EXPECT_EQ(file.read(), "");
    EXPECT_EQ(file.close(), 0);
}

TEST_F(ControlApply, WithoutADirectoryMarkerADirectoryGoesWithItsLastKey)
{
    EXPECT_EQ(mount.write(kApply, set_line("d:f", "1")), 0);
    EXPECT_THAT(mount.ls(""), ElementsAre("d"));
    EXPECT_EQ(mount.write(kApply, R"({"cmd":"Delete","key":"d:f"})"
                                  "\n"),
              0);
    EXPECT_THAT(mount.ls(""), ElementsAre());
    EXPECT_EQ(mount.write(kApply, set_line("d:\\u0000", "")), 0);
    EXPECT_THAT(mount.ls(""), ElementsAre("d"));
}

TEST_F(ControlApply, ABatchAppearsAsOne)
{
    auto file = mount.open_to_write(kApply);
    const auto commits = mount.store().stats().commits;
    EXPECT_EQ(file.write(0, "{\"batch\":2}\n" + set_line("a", "1")), 0);
    EXPECT_EQ(mount.read("a"), "errno 2");
    EXPECT_EQ(file.write(0, set_line("b", "2")), 0);
    EXPECT_EQ(mount.read("a") + mount.read("b"), "12");
    EXPECT_EQ(mount.store().stats().commits, commits + 1);
}

TEST(ControlApplyLimit, UnfinishedBatchesTogetherHoldNoMoreThanMaxDirty)
{
    constexpr std::size_t kMaxDirty = std::size_t{64} << 10;
    Mount mount(without_compaction(), posix_file_system(), kMaxDirty);
    const auto batch = "{\"batch\":2}\n" + set_line("a", std::string(kMaxDirty / 2, 'a'));
    for (int round = 0; round < 3; ++round) {
        auto first = mount.open_to_write(kApply);
        auto second = mount.open_to_write(kApply);
        EXPECT_EQ(first.write(0, batch), 0);
        EXPECT_EQ(second.write(0, batch), ENOSPC);
        EXPECT_EQ(mount.write("f", batch), ENOSPC);
        EXPECT_EQ(first.write(0, set_line("b", "b")), 0);
        EXPECT_EQ(second.write(0, batch), 0);
        EXPECT_EQ(second.close(), EINVAL);
        EXPECT_EQ(mount.write("f", batch), 0);
    }
}

TEST_F(ControlApply, EachHandleHasAStateOfItsOwn)
{
    auto first = mount.open_to_write(kApply);
    auto second = mount.open_to_write(kApply);
    const auto line = set_line("f", "1");
    EXPECT_EQ(first.write(0, line.substr(0, 10)), 0);
    EXPECT_EQ(second.write(0, set_line("g", "2")), 0);
    EXPECT_EQ(second.close(), 0);
    EXPECT_EQ(first.flush(), EINVAL);
    EXPECT_EQ(first.write(0, line.substr(10)), 0);
    EXPECT_EQ(first.close(), 0);
    EXPECT_EQ(mount.read("f") + mount.read("g"), "12");
}

// A child that inherited the handle closes its copy whenever it likes.
TEST_F(ControlApply, AFlushChangesNothingWhereverItComes)
{
    const auto text = "{\"batch\":2}\n" + set_line("a", "1") + set_line("b", "2") + set_line("c", "3");
    auto file = mount.open_to_write(kApply);
    for (const char byte : text) {
        file.flush();
        ASSERT_EQ(file.write(0, {&byte, 1}), 0);
    }
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("a") + mount.read("b") + mount.read("c"), "123");
}

TEST_F(ControlApply, WhatIsNotCompleteAtTheCloseIsDiscardedAndTold)
{
    const auto text = "{\"batch\":2}\n" + set_line("a", "1") + set_line("b", "2");
    for (std::size_t size = 1; size < text.size(); ++size) {
        EXPECT_EQ(mount.write(kApply, text.substr(0, size)), EINVAL) << size;
        EXPECT_THAT(last_error(), HasSubstr(size < text.find('\n') + 1 ? " EINVAL: apply: line 1 has no newline"
                                                                       : " EINVAL: apply: the batch of line 1 has "));
        EXPECT_THAT(mount.ls(""), ElementsAre()) << size;
    }
}

TEST_F(ControlApply, AWriteStopsBeforeABadLineAndTheNextIsRefused)
{
    auto file = mount.open_to_write(kApply);
    const auto good = set_line("f", "1");
    const auto taken = mount.filesystem().write(file.handle(), {}, good + "bad\n" + set_line("g", "2"));
    EXPECT_EQ(taken.value_or(0), good.size());
    EXPECT_EQ(file.write(0, "bad\n" + set_line("g", "2")), EINVAL);
    EXPECT_THAT(last_error(), HasSubstr(" EINVAL: apply: line 2: not JSON"));
    EXPECT_EQ(mount.read("f"), "1");
    EXPECT_EQ(mount.read("g"), "errno 2");
}

TEST_F(ControlApply, LimitsAreThoseOfTheMount)
{
    auto options = without_compaction();
    options.max_value = 10;
    Mount small(options);
    EXPECT_EQ(small.write(kApply, set_line("f", std::string(10, 'x'))), 0);
    EXPECT_EQ(small.write(kApply, set_line("f", std::string(11, 'x'))), EFBIG);
    EXPECT_EQ(small.write(kApply, std::string(std::size_t{1} << 20, 'x')), EFBIG);
    EXPECT_EQ(small.write(kApply, set_line(std::string(kMaxKeyBytes + 1, 'k'), "")), ENAMETOOLONG);
    EXPECT_EQ(small.read("f"), std::string(10, 'x'));
}

// The n-th write to the disk fails.
TEST_F(ControlApply, ABatchThatDoesNotFitIsTheErrorOfTheWriteThatCompletesIt)
{
    std::atomic<bool> full = false;
    FaultyFiles files({.before = [&](const FileCall& call) -> std::optional<Fault> {
                           return full && call.call == Call::write ? std::optional(Fault{.os_error = ENOSPC})
                                                                   : std::nullopt;
                       },
                       .after = {}});
    Mount faulty(without_compaction(), files);
    EXPECT_EQ(faulty.write("old", "x"), 0);
    auto file = faulty.open_to_write(kApply);
    EXPECT_EQ(file.write(0, "{\"batch\":2}\n" + set_line("a", "1")), 0);
    full = true;
    EXPECT_EQ(file.write(0, set_line("b", "2")), ENOSPC);
    full = false;
    EXPECT_EQ(file.write(0, set_line("b", "2")), ENOSPC);
    EXPECT_THAT(faulty.read(".control/last-error"), HasSubstr(" ENOSPC: apply: line 3: "));
    EXPECT_THAT(faulty.ls(""), ElementsAre("old"));
    EXPECT_EQ(faulty.write(kApply, set_line("b", "2")), 0);
    EXPECT_EQ(faulty.read("b"), "2");
}

TEST_F(ControlApply, HandlesAndProcessesThatShareOneMayWriteAtTheSameTime)
{
    constexpr int kThreads = 4;
    constexpr int kLines = 100;
    auto shared = mount.open_to_write(kApply);
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
            auto own = mount.open_to_write(kApply);
            for (int i = 0; i < kLines; ++i) {
                const auto key = std::to_string(thread) + "-" + std::to_string(i);
                EXPECT_EQ(own.write(0, set_line("own:" + key, "x")), 0);
                EXPECT_EQ(shared.write(0, set_line("shared:" + key, "x")), 0);
                shared.flush();
            }
        });
    }
    threads.clear();
    EXPECT_EQ(mount.ls("own").size(), kThreads * kLines);
    EXPECT_EQ(mount.ls("shared").size(), kThreads * kLines);
}

}  // namespace
}  // namespace bytestore::test
