// One writer at a time.
#include "tests/support/store_test.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>
#include <thread>

namespace bytestore::test {
namespace {

class LockingTest : public StoreTest {
protected:
    void expect_locked(const std::vector<std::string>& words)
    {
        const auto second = try_open();
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Errc::locked);
        for (const auto& word : words) {
            EXPECT_THAT(second.error().message, ::testing::HasSubstr(word));
        }
    }
};

TEST_F(LockingTest, ASecondWriterIsToldWhoTheFirstIs)
{
    options_.mount_point = "/mnt/\xff kv";
    const auto store = open();
    expect_locked({path(), "process " + std::to_string(::getpid()), "/mnt/"});
}

TEST_F(LockingTest, ASecondWriterIsRefusedThoughLockWasRemoved)
{
    const auto store = open();
    forget_lock();
    expect_locked({path()});
    set(*store, "a", "1");
    expect_locked({path()});
}

TEST_F(LockingTest, ASecondWriterIsRefusedThoughLockWasReplaced)
{
    const auto store = open();
    forget_lock();
    write_file(path() / "LOCK", "");
    expect_locked({path()});
}

TEST_F(LockingTest, AClosedStoreCanBeOpenedAgain)
{
    for (int i = 0; i < 5; ++i) {
        const auto store = open();
        set(*store, "a", std::to_string(i));
        ASSERT_TRUE(store->close());
        ASSERT_TRUE(store->close());
        EXPECT_TRUE(try_open());
    }
}

TEST_F(LockingTest, AnOpeningThatIsRefusedKeepsNoLock)
{
    plant("garbage\n{\"cmd\":\"Set\",\"key\":\"a\",\"value\":\"\"}\n");
    write_file(segment(1), "");
    EXPECT_EQ(code_of(try_open()), Errc::damaged);
    write_file(segment(0), "");
    EXPECT_TRUE(try_open());
}

TEST_F(LockingTest, AWriterThatWaitsOpensOnceTheOtherIsDone)
{
    auto first = open();
    std::jthread closing([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        first.reset();
    });
    options_.lock_wait = std::chrono::minutes(5);
    EXPECT_TRUE(try_open());
}

TEST_F(LockingTest, AReaderNeedsNoLock)
{
    const auto store = open();
    set(*store, "a", "1");
    expect_content(*read(), {{"a", "1"}});
    EXPECT_EQ(code_of(read()->set("a", "2", {.mtime = 1})), Errc::read_only);
    EXPECT_EQ(code_of(read()->compact()), Errc::read_only);
    EXPECT_EQ(code_of(read()->writable()), Errc::read_only);
}

TEST_F(LockingTest, WhatIsNoFileInThePlaceOfLockIsRefused)
{
    std::filesystem::create_directory(path());
    write_file(path() / "target", "");
    std::filesystem::create_symlink("target", path() / "LOCK");
    EXPECT_EQ(code_of(try_open()), Errc::not_permitted);
    forget_lock();
    std::filesystem::create_directory(path() / "LOCK");
    EXPECT_FALSE(try_open());
    forget_lock();
    ASSERT_EQ(::mkfifo((path() / "LOCK").c_str(), 0600), 0);
    EXPECT_EQ(code_of(try_open()), Errc::invalid);
}

TEST_F(LockingTest, ALockThatIsAlsoAnotherFileIsRefusedAndNotWritten)
{
    std::filesystem::create_directory(path());
    write_file(path() / "other", "precious");
    std::filesystem::create_hard_link(path() / "other", path() / "LOCK");
    const auto opened = try_open();
    EXPECT_EQ(code_of(opened), Errc::invalid);
    EXPECT_THAT(opened.error().message, ::testing::HasSubstr("hard links"));
    EXPECT_EQ(read_file(path() / "other"), "precious");
}

TEST_F(LockingTest, GarbageInThePlaceOfClaimsIsNoObstacle)
{
    for (const std::string& garbage : {std::string("{"), std::string("null"), std::string("[1]"),
                                       std::string(100'000, 'x'), std::string("{\"c\":1}"), std::string(500, '[')}) {
        std::filesystem::create_directories(path());
        write_file(path() / "LOCK", garbage);
        const auto store = open();
        EXPECT_LT(lock_text().size(), 1000U);
    }
}

}  // namespace
}  // namespace bytestore::test
