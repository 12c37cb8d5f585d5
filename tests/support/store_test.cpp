#include "tests/support/store_test.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace bytestore::test {

StoreTest::StoreTest()
{
    options_.sync = SyncMode::never;
    options_.compaction_threshold = 0;
    options_.housekeeping_thread = false;
    options_.log = [this](LogLevel, const std::string& text) {
        const std::lock_guard lock(mutex_);
        said_.push_back(text);
    };
}

Result<std::unique_ptr<Store>> StoreTest::try_open(FileSystem& files)
{
    return Store::open(path(), options_, files);
}

Result<std::unique_ptr<Store>> StoreTest::try_read() const
{
    Options options = options_;
    options.read_only = true;
    return Store::open(path(), options);
}

std::unique_ptr<Store> StoreTest::open(FileSystem& files)
{
    auto store = try_open(files);
    if (!store) {
        throw std::runtime_error(store.error().message);
    }
    return std::move(*store);
}

std::unique_ptr<Store> StoreTest::read() const
{
    auto store = try_read();
    if (!store) {
        throw std::runtime_error(store.error().message);
    }
    return std::move(*store);
}

void StoreTest::plant(std::string_view bytes)
{
    std::filesystem::remove_all(path());
    std::filesystem::create_directory(path());
    write_file(segment(0), bytes);
}

void StoreTest::expect_refused(Errc code, const std::vector<std::string>& words)
{
    const auto before = files_in(path());
    for (const bool writing : {false, true}) {
        const auto store = writing ? try_open() : try_read();
        ASSERT_FALSE(store) << "opened for " << (writing ? "writing" : "reading");
        EXPECT_EQ(store.error().code, code) << store.error().message;
        for (const auto& word : words) {
            EXPECT_THAT(store.error().message, ::testing::HasSubstr(word));
        }
    }
    auto after = files_in(path());
    if (!before.contains("LOCK")) {
        after.erase("LOCK");
    }
    EXPECT_EQ(after, before);
}

bool StoreTest::said(std::string_view text) const
{
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(said_, [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

void StoreTest::set(Store& store, const std::string& key, const std::string& value)
{
    const auto done = store.set(key, value, {.mtime = 1});
    ASSERT_TRUE(done) << done.error().message;
}

}  // namespace bytestore::test
