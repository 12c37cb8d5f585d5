// A directory of the real file system.
#include "engine/io/file.h"
#include "tests/support/code_of.h"
#include "tests/support/files.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace bytestore::test {
namespace {

constexpr std::array<OpenMode, 4> kModes{OpenMode::read, OpenMode::write, OpenMode::create, OpenMode::create_new};

class DirectoryTest : public ::testing::Test {
protected:
    TempDirectory temp_;
    std::unique_ptr<Directory> directory_ = posix_file_system().open_directory(temp_.path(), false).value();
};

TEST_F(DirectoryTest, OpenModesAskForAFileOrMakeIt)
{
    EXPECT_EQ(code_of(directory_->open("f", OpenMode::read)), Errc::not_found);
    EXPECT_EQ(code_of(directory_->open("f", OpenMode::write)), Errc::not_found);
    EXPECT_TRUE(directory_->open("f", OpenMode::create_new));
    EXPECT_EQ(code_of(directory_->open("f", OpenMode::create_new)), Errc::exists);
    for (const auto mode : {OpenMode::read, OpenMode::write, OpenMode::create}) {
        EXPECT_TRUE(directory_->open("f", mode));
    }
}

TEST_F(DirectoryTest, SymbolicLinksAreNotFollowed)
{
    write_file(temp_ / "target", "x");
    for (const char* target : {"target", "missing"}) {
        std::filesystem::remove(temp_ / "link");
        std::filesystem::create_symlink(target, temp_ / "link");
        for (const auto mode : kModes) {
            EXPECT_FALSE(directory_->open("link", mode));
        }
        EXPECT_FALSE(directory_->info("link")->regular);
    }
    EXPECT_FALSE(std::filesystem::exists(temp_ / "missing"));
}

TEST_F(DirectoryTest, AFifoIsOpenedWithoutWaitingAndIsNotRegular)
{
    ASSERT_EQ(::mkfifo((temp_ / "fifo").c_str(), 0600), 0);
    const auto fifo = directory_->open("fifo", OpenMode::read);
    ASSERT_TRUE(fifo);
    EXPECT_FALSE((*fifo)->info()->regular);
}

TEST_F(DirectoryTest, ListsEveryNameTwiceTheSame)
{
    std::vector<std::string> names;
    for (int i = 0; i < 300; ++i) {
        names.push_back("name" + std::to_string(i));
        write_file(temp_ / names.back(), "");
    }
    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(directory_->list().value(), ::testing::UnorderedElementsAreArray(names));
    }
}

TEST_F(DirectoryTest, RenameReplacesAndUnlinkRemoves)
{
    write_file(temp_ / "a", "1");
    write_file(temp_ / "b", "2");
    ASSERT_TRUE(directory_->rename("a", "b"));
    EXPECT_EQ(files_in(temp_.path()), (std::map<std::string, std::string>{{"b", "1"}}));
    ASSERT_TRUE(directory_->unlink("b"));
    EXPECT_TRUE(directory_->sync());
    EXPECT_EQ(code_of(directory_->unlink("b")), Errc::not_found);
    EXPECT_EQ(code_of(directory_->rename("b", "a")), Errc::not_found);
    EXPECT_EQ(code_of(directory_->info("b")), Errc::not_found);
}

TEST_F(DirectoryTest, ALockExcludesEveryOtherOpeningUntilItIsClosed)
{
    const auto second = posix_file_system().open_directory(temp_.path(), false).value();
    ASSERT_TRUE(directory_->lock());
    EXPECT_EQ(code_of(second->lock()), Errc::locked);
    directory_.reset();
    EXPECT_TRUE(second->lock());
}

TEST_F(DirectoryTest, IsMadeOnlyWhenAskedForAndOnlyBelowAParent)
{
    const auto path = temp_ / "new";
    EXPECT_EQ(code_of(posix_file_system().open_directory(path, false)), Errc::not_a_store);
    EXPECT_EQ(code_of(posix_file_system().open_directory(path + "/below", true)), Errc::not_a_store);
    EXPECT_TRUE(posix_file_system().open_directory(path + "//", true));
    EXPECT_TRUE(posix_file_system().open_directory(path, true));
}

TEST_F(DirectoryTest, AFileInItsPlaceIsNoStore)
{
    write_file(temp_ / "file", "");
    for (const bool create : {true, false}) {
        EXPECT_EQ(code_of(posix_file_system().open_directory(temp_ / "file", create)), Errc::not_a_store);
        EXPECT_EQ(code_of(posix_file_system().open_directory(temp_ / "file/below", create)), Errc::not_a_store);
    }
}

TEST_F(DirectoryTest, TellsOfItsDisk)
{
    const auto space = directory_->space().value();
    EXPECT_GT(space.block_size, 0U);
    EXPECT_GE(space.blocks, space.blocks_free);
    EXPECT_TRUE(directory_->writable());
}

}  // namespace
}  // namespace bytestore::test
