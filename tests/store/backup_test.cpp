// kvs backup copies what a store held at one moment.
#include "tests/store/maintenance_support.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <thread>

namespace bytestore::test {
namespace {

class BackupTest : public MaintenanceTest {
protected:
    BackupReport back_up() const
    {
        std::filesystem::remove_all(other_path());
        const auto report = backup_store(path(), other_path());
        EXPECT_TRUE(report) << report.error().message;
        return report.value_or(BackupReport());
    }
};

TEST_F(BackupTest, HoldsTheContentAndLinksWhatIsSealed)
{
    fill();
    const auto report = back_up();
    EXPECT_EQ(report.segments, segments_in(path()).size());
    EXPECT_EQ(report.linked, report.segments - 1);
    EXPECT_TRUE(verify(other_path()).report.clean());
    EXPECT_EQ(content_of(other_path()), history_.back());
}

TEST_F(BackupTest, OfAnEmptyStoreIsOne)
{
    ASSERT_TRUE(open()->close());
    EXPECT_EQ(back_up().segments, 0U);
    EXPECT_TRUE(content_of(other_path()).empty());
}

TEST_F(BackupTest, DoesNotChangeWithItsSource)
{
    fill();
    back_up();
    const auto before = files_in(other_path());
    {
        const auto store = open();
        for (int i = 0; i < 200; ++i) {
            set(*store, "k" + std::to_string(i % 7), "new");
            ASSERT_TRUE(i % 50 != 0 || store->compact());
        }
    }
    append_file(segments_in(path()).back(), "{\"cmd\":\"Set\",\"key\":\"x\",\"value\":\"y\"}\n");
    EXPECT_EQ(files_in(other_path()), before);
}

TEST_F(BackupTest, DoesNotShareTheLastSegmentEvenIfThatIsSealed)
{
    fill();
    std::filesystem::remove(last());
    forget_lock();
    back_up();
    append_file(last(), "{\"cmd\":\"Set\",\"key\":\"x\",\"value\":\"y\"}\n");
    EXPECT_TRUE(content_of(path()).contains("x"));
    EXPECT_FALSE(content_of(other_path()).contains("x"));
}

TEST_F(BackupTest, IsAStoreOfItsOwn)
{
    fill();
    const auto before = files_in(path());
    back_up();
    {
        const auto copy = Store::open(other_path(), options_);
        ASSERT_TRUE(copy) << copy.error().message;
        set(**copy, "only", "here");
        ASSERT_TRUE((*copy)->compact());
    }
    EXPECT_EQ(files_in(path()), before);
    EXPECT_EQ(content_of(path()), history_.back());
}

TEST_F(BackupTest, LeavesATornTailBehind)
{
    fill();
    append_file(last(), "{\"cmd\":\"Set\",\"key");
    back_up();
    EXPECT_TRUE(verify(other_path()).findings.empty());
    EXPECT_EQ(content_of(other_path()), history_.back());
}

TEST_F(BackupTest, KeepsTheTimesOfRecordsThatCarryNone)
{
    plant("{\"cmd\":\"Set\",\"key\":\"k\",\"value\":\"v\"}\n");
    const std::array<timespec, 2> long_ago{timespec{.tv_sec = 5, .tv_nsec = 6}, timespec{.tv_sec = 7, .tv_nsec = 8}};
    ASSERT_EQ(::utimensat(AT_FDCWD, segment(0).c_str(), long_ago.data(), 0), 0);
    back_up();
    const auto copy = Store::open(other_path(), options_);
    ASSERT_TRUE(copy);
    EXPECT_EQ((*copy)->find("k")->entry().meta.mtime, 7'000'000'008);
}

TEST_F(BackupTest, OfADamagedStoreIsRefused)
{
    fill();
    auto bytes = read_file(segment(0));
    bytes.at(bytes.size() / 2) ^= 1;
    write_file(segment(0), bytes);
    EXPECT_EQ(code_of(backup_store(path(), other_path())), Errc::damaged);
    EXPECT_FALSE(std::filesystem::exists(other_path()));
}

TEST_F(BackupTest, NeedsANameOfItsOwn)
{
    fill();
    const auto empty = other_path().string() + "-empty";
    std::filesystem::create_directory(empty);
    std::filesystem::create_symlink(empty, other_path());
    EXPECT_EQ(code_of(backup_store(path(), "")), Errc::invalid);
    EXPECT_EQ(code_of(backup_store(path(), other_path())), Errc::exists);
    EXPECT_TRUE(std::filesystem::is_empty(empty));
    EXPECT_TRUE(backup_store(path(), empty));
}

TEST_F(BackupTest, CopiesWhereNoLinkCanBe)
{
    fill();
    FaultyFiles files({.before =
                           [](const FileCall& call) {
                               return call.call == Call::link ? std::optional(Fault{.os_error = EXDEV}) : std::nullopt;
                           },
                       .after = {}});
    const auto report = backup_store(path(), other_path(), files);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->linked, 0U);
    EXPECT_EQ(content_of(other_path()), history_.back());
}

TEST_F(BackupTest, LeavesNothingBehindWhenAnyCallFails)
{
    fill();
    for (int fails = 1; fails > 0; ++fails) {
        int calls = 0;
        FaultyFiles files({.before =
                               [&](const FileCall& call) {
                                   return call.changes() && ++calls == fails ? std::optional(Fault{.os_error = EIO})
                                                                             : std::nullopt;
                               },
                           .after = {}});
        std::filesystem::remove_all(other_path());
        const auto report = backup_store(path(), other_path(), files);
        EXPECT_FALSE(std::filesystem::exists(other_path().string() + ".partial")) << fails;
        if (std::filesystem::exists(other_path())) {
            EXPECT_EQ(content_of(other_path()), history_.back());
        }
        if (calls < fails) {
            ASSERT_TRUE(report) << report.error().message;
            return;
        }
    }
}

// Two keys always change in one batch, and a third follows it.
TEST_F(BackupTest, BesideWritersAndCompactionsIsAlwaysAMomentOfTheStore)
{
    options_.segment_size = 2000;
    const auto store = open();
    std::atomic<int> committed{0};
    std::jthread writer([&](const std::stop_token& stop) {
        for (int i = 1; !stop.stop_requested(); ++i) {
            Batch batch;
            batch.set("left", std::to_string(i), {.mtime = 1});
            batch.set("fill" + std::to_string(i % 9), std::string(static_cast<std::size_t>(i % 90), 'x'), {.mtime = 1});
            batch.set("right", std::to_string(i), {.mtime = 1});
            ASSERT_TRUE(store->apply(batch));
            committed = i;
            set(*store, "after", std::to_string(i));
            ASSERT_TRUE(i % 30 != 0 || store->compact());
        }
    });
    for (int i = 0; i < scaled(40) && !HasFailure(); ++i) {
        const int before = committed;
        back_up();
        const int behind = committed;
        const auto content = content_of(other_path());
        ASSERT_TRUE(verify(other_path()).report.clean());
        if (content.empty()) {
            ASSERT_EQ(before, 0);
            continue;
        }
        const int value = std::stoi(content.at("left"));
        EXPECT_EQ(content.at("right"), content.at("left"));
        EXPECT_GE(value, before);
        EXPECT_LE(value, behind + 1);
        EXPECT_GE(content.contains("after") ? std::stoi(content.at("after")) : 0, value - 1);
    }
}

// Nobody else would tell a cut or a wrong bit at the end from a crash.
TEST_F(BackupTest, ShowsThatItWasChangedAnywhere)
{
    fill();
    {
        Batch batch;
        for (int i = 0; i < 20; ++i) {
            batch.set("b" + std::to_string(i), "v", {.mtime = 1});
        }
        ASSERT_TRUE(open()->apply(batch));
    }
    back_up();
    const auto copy = segments_in(other_path()).back();
    const auto bytes = read_file(copy);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        write_file(copy, bytes.substr(0, size));
        ASSERT_FALSE(verify(other_path()).report.clean()) << size;
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        write_file(copy, changed);
        // What makes a checksum an unknown field makes no value wrong.
        ASSERT_TRUE(!verify(other_path()).report.clean() || content_of(other_path()) == content_of(path())) << at;
    }
}

}  // namespace
}  // namespace bytestore::test
