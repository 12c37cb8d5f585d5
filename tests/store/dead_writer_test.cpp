// A process dies before what it did is safe, another goes on with what it finds, and then the power fails.
#include "tests/store/recovery_check.h"
#include "tests/support/faulty_files.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

namespace bytestore::test {
namespace {

class DeadWriterTest : public ::testing::Test {
protected:
    DeadWriterTest()
    {
        options_.sync = SyncMode::never;
        options_.compaction_threshold = 0;
        options_.housekeeping_thread = false;
        options_.segment_size = 300;
        options_.snapshot = false;
    }

    std::unique_ptr<Store> open(FileSystem& files) { return open_store(options_, files); }
    void fill(Store& store)
    {
        for (int i = 0; i < 20; ++i) {
            const auto key = "k" + std::to_string(i);
            ASSERT_TRUE(store.set(key, "value", {.mtime = 1}));
            map_[key] = "value";
        }
    }
    // What `work` leaves when it is killed after the first call that is `last`.
    std::unique_ptr<MemoryFiles> killed_after(const std::function<bool(const FileCall&)>& last,
                                              const std::function<void(Store&)>& work)
    {
        std::unique_ptr<MemoryFiles> left;
        FaultyFiles files({.before = {},
                           .after =
                               [&](const FileCall& call) {
                                   if (!left && last(call)) {
                                       left = disk_.after_kill();
                                   }
                               }},
                          disk_);
        work(*open(files));
        return left;
    }
    static std::function<bool(const FileCall&)> rename_of(const std::string& name)
    {
        return [name](const FileCall& call) { return call.call == Call::rename && call.name == name; };
    }

    Options options_;
    MemoryFiles disk_;
    std::mt19937 random_{1};
    Map map_;
};

TEST_F(DeadWriterTest, TheNameOfTheLastSegmentIsSafeBeforeItTakesMore)
{
    const auto left =
        killed_after(rename_of("next.tmp"), [](Store& store) { ASSERT_TRUE(store.set("a", "1", {.mtime = 1})); });
    {
        const auto store = open(*left);
        ASSERT_TRUE(store->set("a", "2", {.mtime = 1}));
        ASSERT_TRUE(store->sync());
    }
    EXPECT_EQ(content_of(*open(*lose_power(*left, Loss::everything, random_))), (Map{{"a", "2"}}));
}

TEST_F(DeadWriterTest, TheNameOfTheOutputOfAMergeIsSafeBeforeItsInputsAreRemoved)
{
    fill(*open(disk_));
    const auto left = killed_after(rename_of("compaction.tmp"), [](Store& store) { ASSERT_TRUE(store.compact()); });
    const RecoveryCheck check(options_, [this](const Map& map) { return map == map_; });
    for (int i = 0; i < 20; ++i) {
        check.crash_in_recovery(*left, false, random_);
    }
}

TEST_F(DeadWriterTest, ASealedSegmentIsSafeBeforeAnotherTakesMore)
{
    const auto sealed = [this](const FileCall& call) {
        return call.call == Call::write && disk_.content()[call.name].contains("\"seal\"");
    };
    const auto left = killed_after(sealed, [this](Store& store) { fill(store); });
    const auto found = content_of(*open(*left));
    ASSERT_TRUE(open(*left)->set("more", "1", {.mtime = 1}));
    auto expected = found;
    expected["more"] = "1";
    ASSERT_TRUE(open(*left)->sync());
    EXPECT_EQ(content_of(*open(*lose_power(*left, Loss::everything, random_))), expected);
}

TEST_F(DeadWriterTest, TheRemovalOfLeftoversIsMadeSafeByTheOpeningBehindOneThatDiedOverIt)
{
    fill(*open(disk_));
    FaultyFiles stubborn({.before =
                              [](const FileCall& call) {
                                  return call.call == Call::unlink ? std::optional(Fault{.os_error = EPERM})
                                                                   : std::nullopt;
                              },
                          .after = {}},
                         disk_);
    ASSERT_TRUE(open(stubborn)->compact());
    std::unique_ptr<MemoryFiles> left;
    FaultyFiles files(
        {.before = {},
         .after =
             [&](const FileCall& call) { left = call.call == Call::unlink ? disk_.after_kill() : std::move(left); }},
        disk_);
    open(files);
    const auto names = left->content().size();
    open(*left);
    EXPECT_EQ(lose_power(*left, Loss::everything, random_)->content().size(), names);
}

}  // namespace
}  // namespace bytestore::test
