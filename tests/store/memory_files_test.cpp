// The disk in memory forgets what it should, and only that: the tests of power losses are worth what it is.
#include "tests/support/memory_files.h"

#include "tests/support/code_of.h"

#include <gmock/gmock.h>
#include <set>

namespace bytestore::test {
namespace {

class MemoryFilesTest : public ::testing::Test {
protected:
    using Content = std::map<std::string, std::string>;

    std::unique_ptr<File> file(const std::string& name) { return std::move(*directory_->open(name, OpenMode::create)); }
    void write_synced(const std::string& name, const std::string& bytes)
    {
        const auto opened = file(name);
        ASSERT_TRUE(opened->write(0, bytes) && opened->sync() && directory_->sync());
    }
    // What many losses of power leave.
    std::set<Content> losses(Loss loss)
    {
        std::set<Content> found;
        for (int i = 0; i < 2000; ++i) {
            found.insert(disk_.after_power_loss(loss, random_)->content());
        }
        return found;
    }

    MemoryFiles disk_;
    std::unique_ptr<Directory> directory_ = std::move(*disk_.open_directory("disk", true));
    std::mt19937 random_{1};
};

TEST_F(MemoryFilesTest, ADeathOfTheProcessLosesNothing)
{
    ASSERT_TRUE(file("a")->write(3, "x"));
    EXPECT_EQ(disk_.after_kill()->content(), (Content{{"a", std::string(3, '\0') + "x"}}));
}

TEST_F(MemoryFilesTest, ALossOfPowerTakesWhatWasNotSynced)
{
    write_synced("a", "1");
    ASSERT_TRUE(file("a")->write(1, "2"));
    ASSERT_TRUE(file("b")->write(0, "x") && file("b")->sync());
    EXPECT_THAT(losses(Loss::everything), ::testing::ElementsAre(Content{{"a", "1"}}));
}

TEST_F(MemoryFilesTest, ALossOfTheLatestKeepsTheOrder)
{
    write_synced("a", "");
    ASSERT_TRUE(file("a")->write(0, "1") && file("a")->write(1, "2"));
    ASSERT_TRUE(directory_->rename("a", "b"));
    EXPECT_EQ(
        losses(Loss::latest),
        (std::set<Content>{
            {{"a", ""}}, {{"a", std::string(1, '\0')}}, {{"a", "1"}}, {{"a", std::string("1\0", 2)}}, {{"a", "12"}}}));
}

TEST_F(MemoryFilesTest, ALossOfAnyPartLeavesHolesAndNamesInAnyState)
{
    write_synced("a", "");
    write_synced("old", "");
    ASSERT_TRUE(file("a")->write(0, "1") && file("a")->write(1, "2"));
    ASSERT_TRUE(directory_->rename("a", "b") && directory_->unlink("old"));
    const auto found = losses(Loss::any);
    EXPECT_THAT(found,
                ::testing::IsSupersetOf({Content{{"a", std::string("\0002", 2)}, {"old", ""}},
                                         Content{{"b", ""}, {"old", ""}}, Content{{"a", "12"}}, Content{{"b", "12"}}}));
    for (const auto& content : found) {
        EXPECT_NE(content.contains("a"), content.contains("b")) << "a rename happens whole or not at all";
    }
}

TEST_F(MemoryFilesTest, WhatWasLostStaysLost)
{
    write_synced("a", "1");
    ASSERT_TRUE(file("a")->write(0, "2"));
    const auto left = disk_.after_power_loss(Loss::everything, random_);
    EXPECT_EQ(left->after_power_loss(Loss::any, random_)->content(), (Content{{"a", "1"}}));
}

TEST_F(MemoryFilesTest, LocksEndWithTheirHolder)
{
    auto holder = file("a");
    ASSERT_TRUE(holder->lock());
    EXPECT_EQ(code_of(file("a")->lock()), Errc::locked);
    const auto other = std::move(*disk_.after_kill()->open_directory("disk", false));
    EXPECT_TRUE((*other->open("a", OpenMode::write))->lock());
    holder.reset();
    EXPECT_TRUE(file("a")->lock());
}

TEST_F(MemoryFilesTest, ALinkIsTheSameFile)
{
    const auto opened = file("a");
    ASSERT_TRUE(opened->write(0, "1") && directory_->link(*opened, "b") && directory_->unlink("a"));
    EXPECT_EQ(disk_.content(), (Content{{"b", "1"}}));
    EXPECT_EQ(opened->info()->links, 1U);
    EXPECT_EQ(directory_->info("b")->inode, opened->info()->inode);
}

}  // namespace
}  // namespace bytestore::test
