#include "tests/mount/mount_test.h"

#include "tests/support/scale.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace bytestore::test {

StoreOnDisk::StoreOnDisk()
    : mount_({.data_dir = directory_ / "kvs-data", .mount_point = directory_ / "kv", .log = directory_ / "log"}),
      watchdog_(mount_.places().mount_point)
{
    ::mkdir(root().c_str(), 0755);
    ::mkdir(place("tmp").c_str(), 0755);
    ::mkdir(place("home").c_str(), 0755);
}

StoreOnDisk::~StoreOnDisk()
{
    if (HasFailure()) {
        std::cerr << "The daemon's log:\n" << mount_.log() << '\n';
    }
    force_unmount(data());  // where a test put a disk of its own there
}

RunOptions StoreOnDisk::run_options() const
{
    const std::string programs = std::filesystem::path(BYTESTORE_MOUNT).parent_path().string() + ":" +
                                 std::filesystem::path(KVS).parent_path().string();
    return {.directory = is_mounted(root()) ? root() : place("tmp"),
            .environment = {{"PATH", programs + ":" + std::getenv("PATH")},
                            {"DATA", data()},
                            {"MNT", root()},
                            {"TMP", place("tmp")},
                            {"HOME", place("home")},
                            {"LC_ALL", "C.UTF-8"}},
            .timeout = std::chrono::minutes(scaled(1))};
}

Outcome StoreOnDisk::sh(const std::string& command, const std::string& shell) const
{
    auto outcome = run({shell, "-c", command}, run_options());
    EXPECT_FALSE(outcome.timed_out) << command;
    return outcome;
}

std::string StoreOnDisk::ok(const std::string& command, const std::string& shell) const
{
    const auto outcome = sh(command, shell);
    EXPECT_EQ(outcome.status, 0) << command << "\n" << outcome.out << outcome.err;
    return outcome.out;
}

void StoreOnDisk::fails(const std::string& command, const std::string& reason) const
{
    const auto outcome = sh(command);
    EXPECT_NE(outcome.status, 0) << command;
    EXPECT_THAT(outcome.err, testing::HasSubstr(reason)) << command;
}

void StoreOnDisk::start(const std::vector<std::string>& options)
{
    ASSERT_TRUE(mount_.start(options));
}

void StoreOnDisk::remount(const std::vector<std::string>& options)
{
    unmount();
    start(options);
}

void StoreOnDisk::unmount()
{
    EXPECT_EQ(mount_.unmount(), 0) << mount_.log();
}

void StoreOnDisk::compact_and_remount()
{
    ok("echo 1 > .control/compact");
    remount();
}

// Every test ends with what a user would: an unmount, which must be clean.
void MountTest::TearDown()
{
    if (mount().running()) {
        unmount();
    }
}

}  // namespace bytestore::test
