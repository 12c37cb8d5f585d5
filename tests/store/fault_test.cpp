// Every call to the operating system fails once, or from some point on: what was acknowledged stays, what failed
// changes nothing.
#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <gmock/gmock.h>
#include <cerrno>
#include <cstdint>
#include <optional>

namespace bytestore::test {
namespace {

struct Plan {
    int at = 0;  // the number of the call that fails, of those that change anything
    Fault fault;
    bool for_good = false;  // and all behind it
};

class FaultTest : public StoreTest {
protected:
    FaultTest()
    {
        options_.segment_size = 600;
        options_.create = false;
    }

    // Works on a new store until the end, whatever fails. False if the workload ended before call number plan.at.
    bool run(const Plan& plan)
    {
        std::filesystem::remove_all(path());
        std::filesystem::create_directory(path());
        plan_ = plan;
        calls_ = 0;
        failed_call_.reset();
        failed_batch_.reset();
        map_.clear();
        FaultyFiles files({.before = [this](const FileCall& call) { return fault_of(call); }, .after = {}});
        if (auto store = try_open(files)) {
            work(**store);
            check_open_store(**store);
        }
        return failed_call_.has_value();
    }

    void work(Store& store)
    {
        Workload work(11, {.keys = 5, .largest_batch = 3, .largest_value = 40});
        Reservation promised;
        for (int step = 1; step <= 36; ++step) {
            auto batch = work.batch(map_);
            if (step % 4 == 0) {
                ignore(store.reserve(promised, static_cast<std::uint64_t>(step) * 100));
            }
            if (step % 6 == 0) {
                batch.draw_on(promised);
            }
            if (store.apply(batch)) {
                map_ = applied(batch, map_);
            } else {
                failed_batch_ = failed_batch_ ? failed_batch_ : batch;
            }
            if (step % 9 == 0) {
                ignore(store.compact());
            }
            if (step % 7 == 0) {
                ignore(store.sync());
            }
            ASSERT_EQ(content_of(store), map_) << "step " << step;
        }
    }

    void check_open_store(Store& store)
    {
        if (!failed_call_) {
            EXPECT_TRUE(store.writable());
            return;
        }
        const bool once = !plan_.for_good;
        if (failed_call_->call == Call::sync && failed_call_->name != "compaction.tmp") {
            EXPECT_EQ(code_of(store.writable()), Errc::stopped);
        } else if (failed_call_->call == Call::sync_directory) {
            EXPECT_EQ(code_of(store.writable()), Errc::stopped);
        } else if (once) {
            EXPECT_TRUE(store.writable()) << store.writable().error().message;
        }
    }

    // With the disk in order again.
    void check_reopened()
    {
        const auto store = try_open();
        ASSERT_TRUE(store) << store.error().message;
        if (failed_batch_) {
            EXPECT_THAT(content_of(**store), ::testing::AnyOf(map_, applied_if_possible()));
        } else {
            EXPECT_EQ(content_of(**store), map_);
        }
        set(**store, "after", "1");
        EXPECT_TRUE((*store)->compact());
        EXPECT_EQ((*store)->get("after").value(), "1");
    }
    // Later commits may have gone on without the one that failed.
    Map applied_if_possible() const
    {
        for (const auto& operation : failed_batch_->operations()) {
            if (operation.type == Batch::Operation::Type::copy && !map_.contains(std::string(operation.value()))) {
                return map_;
            }
        }
        return applied(*failed_batch_, map_);
    }

    void fail_every_call(const Fault& fault, bool for_good)
    {
        for (int at = 0; run({.at = at, .fault = fault, .for_good = for_good}); ++at) {
            SCOPED_TRACE("call " + std::to_string(at) + ": " + std::to_string(static_cast<int>(failed_call_->call)) +
                         " " + failed_call_->name);
            check_reopened();
            if (HasFailure()) {
                return;
            }
        }
        EXPECT_GT(calls_, 100);
    }

    std::optional<Fault> fault_of(const FileCall& call)
    {
        if (!call.changes()) {
            return std::nullopt;
        }
        const int number = calls_++;
        if (number != plan_.at && !(plan_.for_good && number > plan_.at)) {
            return std::nullopt;
        }
        failed_call_ = failed_call_ ? failed_call_ : call;
        return plan_.fault;
    }

    Plan plan_;
    int calls_ = 0;
    std::optional<FileCall> failed_call_;
    std::optional<Batch> failed_batch_;
    Map map_;
};

TEST_F(FaultTest, AnErrorOfAnyCall)
{
    fail_every_call({.os_error = EIO}, false);
}

TEST_F(FaultTest, AnErrorOfAnyCallAfterPartOfAWrite)
{
    fail_every_call({.os_error = EIO, .written = 30}, false);
}

TEST_F(FaultTest, AnErrorOfAnyCallAfterAllOfAWrite)
{
    fail_every_call({.os_error = EIO, .written = SIZE_MAX}, false);
}

TEST_F(FaultTest, ADiskFullAtAnyCallAndThenNotAnyMore)
{
    fail_every_call({.os_error = ENOSPC, .written = 30}, false);
}

TEST_F(FaultTest, ADiskThatFailsForGood)
{
    fail_every_call({.os_error = EIO}, true);
}

TEST_F(FaultTest, ADiskThatFailsForGoodAfterPartOfAWrite)
{
    fail_every_call({.os_error = EIO, .written = 30}, true);
}

TEST_F(FaultTest, AFullDiskStopsNothingForGood)
{
    bool full = false;
    FaultyFiles files({.before =
                           [&](const FileCall& call) {
                               const bool takes_space =
                                   call.call == Call::write || call.call == Call::open || call.call == Call::reserve;
                               return full && takes_space ? std::optional(Fault{.os_error = ENOSPC, .written = 9})
                                                          : std::nullopt;
                           },
                       .after = {}});
    options_.create = true;
    const auto store = open(files);
    Map map;
    for (int i = 0; i < 60; ++i) {
        full = i % 3 == 1;
        const auto done = store->set("k" + std::to_string(i), "value", {.mtime = 1});
        ASSERT_EQ(done.has_value(), !full);
        if (done) {
            map["k" + std::to_string(i)] = "value";
        } else {
            EXPECT_EQ(done.error().code, Errc::no_space);
        }
        expect_content(*store, map);
    }
    EXPECT_EQ(content_of(path()), map);
}

TEST_F(FaultTest, AFailedSyncStopsWritesAndIsNeverRetried)
{
    bool fails = false;
    int syncs = 0;
    FaultyFiles files({.before =
                           [&](const FileCall& call) {
                               syncs += call.call == Call::sync ? 1 : 0;
                               return fails && call.call == Call::sync ? std::optional(Fault{.os_error = EIO})
                                                                       : std::nullopt;
                           },
                       .after = {}});
    options_.create = true;
    const auto store = open(files);
    set(*store, "a", "1");
    fails = true;
    EXPECT_EQ(code_of(store->sync()), Errc::io);
    fails = false;
    const int before = syncs;
    EXPECT_EQ(code_of(store->sync()), Errc::stopped);
    EXPECT_EQ(code_of(store->set("a", "2", {.mtime = 1})), Errc::stopped);
    EXPECT_EQ(code_of(store->compact()), Errc::stopped);
    EXPECT_EQ(code_of(store->close()), Errc::stopped);
    EXPECT_EQ(syncs, before);
    EXPECT_NE(lock_text().find("\"failed\""), std::string::npos);
    expect_content(*open(), {{"a", "1"}});
}

TEST_F(FaultTest, AnErrorOfAReadIsNeverTakenForTheEndOfTheLog)
{
    options_.create = true;
    {
        const auto store = open();
        for (int i = 0; i < 40; ++i) {
            set(*store, "k" + std::to_string(i), "value");
        }
    }
    const auto before = files_in(path());
    for (int at = 0;; ++at) {
        int reads = 0;
        FaultyFiles files({.before =
                               [&](const FileCall& call) {
                                   const bool fails = call.call == Call::read && call.name != "LOCK" && reads++ == at;
                                   return fails ? std::optional(Fault{.os_error = EIO}) : std::nullopt;
                               },
                           .after = {}});
        const auto store = try_open(files);
        if (reads <= at) {
            EXPECT_GT(at, 3);
            break;
        }
        ASSERT_FALSE(store);
        EXPECT_EQ(store.error().code, Errc::io);
        EXPECT_EQ(files_in(path()), before);
    }
}

}  // namespace
}  // namespace bytestore::test
