// One bit of any file is wrong, or a file is cut, and no time stamp tells: the store is refused as damaged, or a value
// is, or all is as it was. No value is ever a wrong one, also after writing and compacting; only the unsynced end of
// the log may be lost.
#include "tests/store/recovery_check.h"
#include "tests/support/code_of.h"
#include "tests/support/history.h"
#include "tests/support/scale.h"

#include <gmock/gmock.h>
#include <functional>
#include <optional>
#include <string>

namespace bytestore::test {
namespace {

using ::testing::AnyOf;

class DamageTest : public ::testing::TestWithParam<bool> {
protected:
    DamageTest()
    {
        options_.sync = SyncMode::never;
        options_.compaction_threshold = 0;
        options_.housekeeping_thread = false;
        options_.segment_size = 700;
        options_.snapshot_bytes = 1;
    }

    // Three segments, with batches and seals; a snapshot of all but the end; closed in order, or killed.
    void SetUp() override
    {
        options_.sync = SyncMode::always;
        work([this] { return disk_->content().size() == 5; });
        options_.sync = SyncMode::never;
        options_.segment_size = 100'000;
        options_.snapshot_bytes = UINT64_MAX;
        const auto before = history_.bounds().begun;
        work([&] { return history_.bounds().begun == before + 3; });
        ASSERT_EQ(disk_->content().size(), 5U) << ::testing::PrintToString(disk_->content());
        last_segment_ = std::prev(disk_->content().end())->first;
    }

    void work(const std::function<bool()>& done)
    {
        const auto store = open_store(options_, *disk_);
        while (!done()) {
            const auto batch = work_.batch(history_.now());
            history_.begin(batch);
            ASSERT_TRUE(store->apply(batch));
            history_.acknowledge();
        }
        auto left = disk_->after_kill();
        ASSERT_TRUE(store->close());
        const bool killed = GetParam() && options_.sync == SyncMode::never;
        disk_ = killed ? std::move(left) : disk_->after_kill();
    }

    void expect_no_harm(const std::string& name, const std::string& bytes)
    {
        const auto reading = disk_->after_kill();
        reading->replace_content(name, bytes);
        auto options = options_;
        options.read_only = true;
        for (const bool on_demand : {false, true}) {
            options.index_on_demand = on_demand;
            look(Store::open("disk", options, *reading), name);
        }
        const auto writing = disk_->after_kill();
        writing->replace_content(name, bytes);
        write(*writing, name);
        look(Store::open("disk", options_, *writing), name);
    }

    void look(const Result<std::unique_ptr<Store>>& store, const std::string& name)
    {
        if (!store) {
            EXPECT_EQ(store.error().code, Errc::damaged) << store.error().message;
            EXPECT_TRUE(name.starts_with("log-")) << store.error().message;
            return;
        }
        const auto whole = filled(**store);
        const std::size_t commits = history_.bounds().begun;
        EXPECT_TRUE(history_.had(whole, name == last_segment_ ? 0 : commits, commits))
            << ::testing::PrintToString(whole);
    }

    // Its content, in which what is damaged is as it should be.
    Map filled(const Store& store)
    {
        Map content;
        for (const auto& item : store.list({})) {
            const auto value = store.get(item.name);
            EXPECT_THAT(code_of(value), AnyOf(std::nullopt, std::optional(Errc::damaged)));
            content[item.name] = value ? *value : history_.now()[item.name];
        }
        return content;
    }

    // What is written and removed again changes nothing, nor does a compaction.
    void write(MemoryFiles& disk, const std::string& name)
    {
        const auto opened = Store::open("disk", options_, disk);
        look(opened, name);
        if (opened) {
            auto& store = **opened;
            ASSERT_TRUE(store.set("new", "value", {.mtime = 1}) && store.remove("new"));
            EXPECT_THAT(code_of(store.compact()), AnyOf(std::nullopt, std::optional(Errc::damaged)));
            look(opened, name);
        }
    }

    void flip_each_bit(const std::function<bool(const std::string&)>& wanted)
    {
        for (const auto& [name, whole] : disk_->content()) {
            for (std::size_t bit = 0; wanted(name) && bit < whole.size() * 8 && !HasFailure(); bit += stride()) {
                SCOPED_TRACE(name + " bit " + std::to_string(bit));
                auto bytes = whole;
                bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
                expect_no_harm(name, bytes);
            }
        }
    }

    Options options_;
    Workload work_{9, {.keys = 4, .largest_batch = 3, .largest_value = 10, .binary = false}};
    History history_;
    std::unique_ptr<MemoryFiles> disk_ = std::make_unique<MemoryFiles>();
    std::string last_segment_;
};

TEST_P(DamageTest, OfAnyBitOfASegmentMakesNoValueWrong)
{
    flip_each_bit([](const std::string& name) { return name.starts_with("log-"); });
}

TEST_P(DamageTest, OfAnyBitOfWhatIsNoSegmentChangesNothing)
{
    flip_each_bit([](const std::string& name) { return !name.starts_with("log-"); });
}

TEST_P(DamageTest, ByACutOfAnyFileMakesNoValueWrong)
{
    for (const auto& [name, whole] : disk_->content()) {
        for (std::size_t size = 0; size < whole.size() && !HasFailure(); size += stride()) {
            SCOPED_TRACE(name + " cut to " + std::to_string(size));
            expect_no_harm(name, whole.substr(0, size));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(ClosedOrKilled, DamageTest, ::testing::Bool());

}  // namespace
}  // namespace bytestore::test
