#include "tests/store/recovery_check.h"

#include "tests/support/claims.h"
#include "tests/support/faulty_files.h"
#include "tests/support/first_byte_store.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace bytestore::test {
namespace {

std::string text_of(const std::map<std::string, std::string>& files)
{
    std::ostringstream text;
    for (const auto& [name, bytes] : files) {
        text << "--- " << name << ", " << bytes.size() << " bytes\n" << bytes << "\n";
    }
    return text.str();
}

}  // namespace

std::unique_ptr<Store> open_store(const Options& options, FileSystem& files)
{
    auto store = Store::open("disk", options, files);
    if (!store) {
        throw std::runtime_error(store.error().message);
    }
    return std::move(*store);
}

RecoveryCheck::RecoveryCheck(const Options& options, Allowed allowed)
    : options_(options), allowed_(std::move(allowed))
{
    if (options_.sync == SyncMode::interval) {
        options_.sync = SyncMode::always;  // the same in less time: no thread is started
    }
}

Map RecoveryCheck::read(MemoryFiles& disk) const
{
    auto options = options_;
    options.read_only = true;
    return content_of(*open_store(options, disk));
}

Map RecoveryCheck::expect_allowed(const Map& found, const MemoryFiles& disk) const
{
    EXPECT_TRUE(allowed_(found)) << "found " << ::testing::PrintToString(found) << "\n" << text_of(disk.content());
    return found;
}

Map RecoveryCheck::recover(const MemoryFiles& left) const
try {
    const auto disk = left.after_kill();
    const auto map = expect_allowed(read(*disk), left);
    auto options = options_;
    options.snapshot_bytes = UINT64_MAX;  // closing writes none
    const auto store = open_store(options, *disk);
    EXPECT_EQ(content_of(*store), map) << text_of(left.content());
    EXPECT_EQ(read_as_first(disk->content()), map) << text_of(left.content());
    return map;
} catch (const std::runtime_error& error) {
    ADD_FAILURE() << error.what() << "\n" << text_of(left.content());
    return {};
}

void RecoveryCheck::crash_in_recovery(const MemoryFiles& left, bool power_fails, std::mt19937& random) const
try {
    const auto disk = left.after_kill();
    const auto found = read(*disk);
    const RecoveryCheck again(options_, [&](const Map& map) { return power_fails ? map == found : allowed_(map); });
    const auto after = [&](const FileCall& call) {
        if (call.changes() && !::testing::Test::HasFailure()) {
            SCOPED_TRACE("crash in the recovery, after call " + std::to_string(static_cast<int>(call.call)) + " on " +
                         call.name);
            EXPECT_EQ(again.recover(*disk), found);
            again.recover(*lose_power(*disk, Loss::latest, random));
            again.recover(*lose_power(*disk, Loss::any, random));
        }
    };
    FaultyFiles files({.before = {}, .after = after}, *disk);
    const auto store = open_store(options_, files);
    ASSERT_TRUE(store->close());
} catch (const std::runtime_error& error) {
    ADD_FAILURE() << error.what() << "\n" << text_of(left.content());
}

void RecoveryCheck::go_on(const MemoryFiles& left, std::uint32_t seed) const
try {
    const auto disk = left.after_kill();
    Map map = read(*disk);
    Workload work(seed, {.keys = 6, .largest_batch = 3, .largest_value = 30, .binary = false});
    for (int session = 0; session < 2; ++session) {
        const auto store = open_store(options_, *disk);
        for (int i = 0; i < 4; ++i) {
            const auto batch = work.batch(map);
            ASSERT_TRUE(store->apply(batch));
            map = applied(batch, map);
        }
        const auto compacted = store->compact();
        ASSERT_TRUE(compacted) << compacted.error().message << "\n" << text_of(left.content());
        ASSERT_EQ(content_of(*store), map) << text_of(left.content());
        ASSERT_TRUE(store->close());
    }
    ASSERT_EQ(read(*disk), map) << text_of(left.content());
    ASSERT_EQ(read_as_first(disk->content()), map) << text_of(left.content());
} catch (const std::runtime_error& error) {
    ADD_FAILURE() << error.what() << "\n" << text_of(left.content());
}

std::unique_ptr<MemoryFiles> lose_power(const MemoryFiles& disk, Loss loss, std::mt19937& random)
{
    auto left = disk.after_power_loss(loss, random);
    start_anew(*left, "disk");
    return left;
}

}  // namespace bytestore::test
