// A commit that takes many writes is whole or not there, whichever of them a crash takes.
#include "tests/store/recovery_check.h"
#include "tests/support/faulty_files.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bytestore::test {
namespace {

class LargeCommitTest : public ::testing::Test {
protected:
    LargeCommitTest()
    {
        options_.sync = SyncMode::never;
        options_.snapshot = false;
    }

    // Crashes of both kinds after each write.
    void after(const FileCall& call)
    {
        if (!looking_ || call.call != Call::write || HasFailure()) {
            return;
        }
        ++writes_;
        const RecoveryCheck check(options_, [this](const Map& map) { return map == before_ || map == after_; });
        check.recover(*disk_.after_kill());
        for (const auto loss : {Loss::latest, Loss::any, Loss::any, Loss::any}) {
            check.recover(*lose_power(disk_, loss, random_));
        }
    }

    Options options_;
    MemoryFiles disk_;
    FaultyFiles files_{{.before = {}, .after = [this](const FileCall& call) { after(call); }}, disk_};
    std::mt19937 random_{1};
    bool looking_ = false;
    int writes_ = 0;
    Map before_;
    Map after_;
};

TEST_F(LargeCommitTest, IsWholeOrNotThereAfterAnyOfItsWrites)
{
    const auto store = open_store(options_, files_);
    ASSERT_TRUE(store->set("a", "old", {.mtime = 1}) && store->sync());
    Batch batch;
    batch.set("a", std::string(2'500'000, 'x'), {.mtime = 2});
    batch.set("b", std::string(1'500'000, 'y'), {.mtime = 2});
    batch.set("c", "small", {.mtime = 2});
    before_ = content_of(*store);
    after_ = applied(batch, before_);
    looking_ = true;
    ASSERT_TRUE(store->apply(batch));
    looking_ = false;
    EXPECT_GT(writes_, 4);
    EXPECT_EQ(content_of(*store), after_);
}

}  // namespace
}  // namespace bytestore::test
