// What tests over a real mount start from: an empty store, mounted, and a shell in it.
#pragma once

#include "tests/mount/log_records.h"
#include "tests/mount/mount.h"
#include "tests/mount/shell.h"
#include "tests/mount/watchdog.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bytestore::test {

// The same without a mount: the test starts it when it likes.
class StoreOnDisk : public testing::Test {
protected:
    StoreOnDisk();
    ~StoreOnDisk() override;

    const std::string& data() const { return mount_.places().data_dir; }
    const std::string& root() const { return mount_.places().mount_point; }
    std::string place(const std::string& name) const { return directory_ / name; }
    Mount& mount() { return mount_; }

    // Runs `command` in the root of the mount. bytestore-mount and kvs are in PATH; $DATA, $MNT and $TMP name the
    // places, and HOME is empty.
    Outcome sh(const std::string& command, const std::string& shell = "bash") const;
    // The same, which must succeed; its output.
    std::string ok(const std::string& command, const std::string& shell = "bash") const;
    // The same, which must fail and say `reason`, such as a text of strerror.
    void fails(const std::string& command, const std::string& reason) const;

    void start(const std::vector<std::string>& options = {});
    void remount(const std::vector<std::string>& options = {});
    void unmount();
    // Compacts and remounts, after which a user sees what was there before.
    void compact_and_remount();
    // Of the log in `data()`, but for the store's own marks.
    std::vector<LogRecord> records() const { return log_records(data()); }

private:
    RunOptions run_options() const;

    const TempDirectory directory_;
    Mount mount_;
    Watchdog watchdog_;
};

class MountTest : public StoreOnDisk {
protected:
    void SetUp() override { start(); }
    void TearDown() override;
};

}  // namespace bytestore::test
