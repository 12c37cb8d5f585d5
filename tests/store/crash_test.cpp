// The process dies between any two calls to the operating system: what is then in the directory opens to the same map,
// for us and for the first ByteStore.
#include "tests/support/faulty_files.h"
#include "tests/support/first_byte_store.h"
#include "tests/support/store_test.h"

#include <gmock/gmock.h>
#include <atomic>

namespace bytestore::test {
namespace {

class CrashTest : public StoreTest, public ::testing::WithParamInterface<int> {
protected:
    CrashTest()
        : work_(static_cast<std::uint32_t>(GetParam()),
                {.keys = 6, .largest_batch = 3, .largest_value = 30, .binary = false})
    {
        options_.segment_size = 500;
    }

    void SetUp() override { store_ = open(files_); }

    void apply(const Batch& batch)
    {
        coming_ = applied(batch, map_);
        ASSERT_TRUE(store_->apply(batch));
        map_ = coming_;
    }

    // Looks at the directory as a crash at this moment would leave it.
    void after(const FileCall& call)
    {
        if (!call.changes() || busy_ || HasFailure()) {
            return;
        }
        busy_ = true;
        look(call);
        if (interleave_ && call.name == "compaction.tmp" && call.call != Call::unlink) {
            apply(work_.batch(map_));  // while the compaction is between two steps
            look(call);
        }
        busy_ = false;
    }

    void look(const FileCall& call)
    {
        SCOPED_TRACE("after call " + std::to_string(static_cast<int>(call.call)) + " on " + call.name);
        ++looks_;
        copy_files(path(), other_path());
        const auto as_first = map_ == coming_ ? read_as_first(other_path()) : Map{};
        EXPECT_THAT(content_of(other_path()), ::testing::AnyOf(map_, coming_));
        if (map_ == coming_) {
            EXPECT_EQ(as_first, map_);
        }
        auto options = options_;
        options.log = nullptr;
        const auto reopened = Store::open(other_path(), options);
        ASSERT_TRUE(reopened) << reopened.error().message;
        EXPECT_THAT(content_of(**reopened), ::testing::AnyOf(map_, coming_));
    }

    void work_and_compact()
    {
        for (int i = 0; i < scaled(30) && !HasFailure(); ++i) {
            apply(work_.batch(map_));
            if (i % 10 == 9) {
                const auto done = store_->compact();
                ASSERT_TRUE(done) << done.error().message;
                ASSERT_EQ(content_of(*store_), map_);
            }
        }
        EXPECT_GT(looks_, 30);
    }

    FaultyFiles files_{{.before = {}, .after = [this](const FileCall& call) { after(call); }}};
    Workload work_;
    Map map_;
    Map coming_;  // what a commit under way will make of it
    bool interleave_ = false;
    bool busy_ = false;
    int looks_ = 0;
    std::unique_ptr<Store> store_;
    Reservation promised_;
};

TEST_P(CrashTest, AtAnyCallLeavesTheCommitsBeforeIt)
{
    work_and_compact();
}

// Looks grow with the calls in them: fewer seeds.
using InterleavedCrashTest = CrashTest;

TEST_P(InterleavedCrashTest, AtAnyCallWithCommitsInTheMiddleOfCompactions)
{
    interleave_ = true;
    work_and_compact();
}

TEST_P(InterleavedCrashTest, AtAnyCallWhileSpaceIsPromisedThatMovesFromSegmentToSegment)
{
    ASSERT_TRUE(store_->reserve(promised_, 100'000));
    interleave_ = true;
    work_and_compact();
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, ::testing::Range(0, 6));
INSTANTIATE_TEST_SUITE_P(Seeds, InterleavedCrashTest, ::testing::Range(0, 2));

}  // namespace
}  // namespace bytestore::test
