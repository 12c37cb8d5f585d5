// A store in a directory of its own, as most tests of the engine want it: quiet, never compacting by itself, never
// waiting for a disk.
#pragma once

#include "engine/store.h"
#include "tests/support/code_of.h"
#include "tests/support/files.h"
#include "tests/support/model.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::test {

class StoreTest : public ::testing::Test {
protected:
    StoreTest();

    // Where the store is, and one of its files.
    Path path() const { return directory_.path() / "store"; }
    Path segment(std::uint64_t number) const { return segment_path(path(), number); }
    Path other_path() const { return directory_.path() / "other"; }
    std::string lock_text() const { return read_file(path() / "LOCK"); }

    Result<std::unique_ptr<Store>> try_open(FileSystem& files = posix_file_system());
    Result<std::unique_ptr<Store>> try_read() const;
    // Both fail the test, and end it, if the store does not open.
    std::unique_ptr<Store> open(FileSystem& files = posix_file_system());
    std::unique_ptr<Store> read() const;
    // A store that holds what `bytes` says as segment 0, and nothing else.
    void plant(std::string_view bytes);
    void forget_lock() const { std::filesystem::remove(path() / "LOCK"); }

    void expect_refused(Errc code, const std::vector<std::string>& words);
    bool said(std::string_view text) const;  // to options_.log

    static void set(Store& store, const std::string& key, const std::string& value);
    static void expect_content(const Store& store, const Map& expected) { EXPECT_EQ(content_of(store), expected); }

    Options options_;

private:
    TempDirectory directory_;
    mutable std::mutex mutex_;
    std::vector<std::string> said_;  // guarded by mutex_
};

}  // namespace bytestore::test
