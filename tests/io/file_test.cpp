// A file of the real file system.
#include "engine/io/file.h"
#include "engine/io/os_error.h"
#include "tests/support/code_of.h"
#include "tests/support/files.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

namespace bytestore::test {
namespace {

class FileTest : public ::testing::Test {
protected:
    std::unique_ptr<File> open(OpenMode mode = OpenMode::create)
    {
        auto file = directory_->open("file", mode);
        EXPECT_TRUE(file) << file.error().message;
        return file ? std::move(*file) : nullptr;
    }

    TempDirectory temp_;
    std::unique_ptr<Directory> directory_ = posix_file_system().open_directory(temp_.path(), false).value();
};

TEST_F(FileTest, ReadsWhatWasWrittenAndLessOnlyAtTheEnd)
{
    const auto file = open();
    ASSERT_TRUE(file->write(3, "abcdef"));
    for (std::size_t offset = 0; offset < 12; ++offset) {
        for (std::size_t length = 0; length < 12; ++length) {
            std::string into(length, '?');
            const auto got = file->read(offset, into).value();
            EXPECT_EQ(got, std::min(length, offset < 9 ? 9 - offset : 0));
            EXPECT_EQ(into.substr(0, got), offset < 9 ? std::string("\0\0\0abcdef", 9).substr(offset, got) : "");
        }
    }
}

TEST_F(FileTest, TruncateSetsTheSize)
{
    const auto file = open();
    ASSERT_TRUE(file->write(0, "abcdef"));
    for (const std::uint64_t size : {4, 0, 7}) {
        ASSERT_TRUE(file->truncate(size));
        EXPECT_EQ(file->info()->size, size);
    }
}

TEST_F(FileTest, ReservedSpaceIsNotSeenInTheSize)
{
    const auto file = open();
    ASSERT_TRUE(file->write(0, "abc"));
    ASSERT_TRUE(file->reserve(3, 1U << 20));
    EXPECT_EQ(file->info()->size, 3U);
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(file->drop_cache());
    EXPECT_EQ(read_file(temp_ / "file"), "abc");
}

TEST_F(FileTest, CannotBeWrittenWhenOpenedForReading)
{
    open();
    const auto file = open(OpenMode::read);
    EXPECT_FALSE(file->write(0, "x"));
    EXPECT_FALSE(file->truncate(1));
    EXPECT_TRUE(file->sync());
}

TEST_F(FileTest, ALockExcludesEveryOtherOpenFileUntilItIsClosed)
{
    auto first = open();
    const auto second = open();
    ASSERT_TRUE(first->lock());
    EXPECT_EQ(code_of(second->lock()), Errc::locked);
    EXPECT_TRUE(first->lock());
    first.reset();
    EXPECT_TRUE(second->lock());
}

TEST_F(FileTest, InfoTellsOfTheFileThatIsOpenNotOfItsName)
{
    const auto file = open();
    const auto inode = file->info()->inode;
    EXPECT_EQ(file->info()->links, 1U);
    EXPECT_TRUE(file->info()->regular);
    ASSERT_TRUE(directory_->unlink("file"));
    EXPECT_EQ(file->info()->links, 0U);
    EXPECT_EQ(file->info()->inode, inode);
}

TEST(OsError, HasTheCodeOfItsErrnoAndNamesTheCall)
{
    constexpr std::array<std::pair<int, Errc>, 14> kCodes{{{ENOSPC, Errc::no_space},
                                                           {EDQUOT, Errc::no_space},
                                                           {EACCES, Errc::access_denied},
                                                           {EPERM, Errc::access_denied},
                                                           {EROFS, Errc::read_only},
                                                           {ENOENT, Errc::not_found},
                                                           {EEXIST, Errc::exists},
                                                           {EWOULDBLOCK, Errc::locked},
                                                           {ELOOP, Errc::not_permitted},
                                                           {ENOMEM, Errc::no_memory},
                                                           {EFBIG, Errc::too_large},
                                                           {EISDIR, Errc::is_directory},
                                                           {EIO, Errc::io},
                                                           {ENXIO, Errc::io}}};
    for (const auto& [os_error, code] : kCodes) {
        const Error error = os_failure(os_error, "write", "name").error();
        EXPECT_EQ(error.code, code) << os_error;
        EXPECT_EQ(error.os_error, os_error);
        EXPECT_EQ(error.message.find("cannot write name: "), 0U);
    }
}

}  // namespace
}  // namespace bytestore::test
