#include "tests/mount/open_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bytestore::test {

int errno_of(long answer)
{
    return answer < 0 ? errno : 0;
}

OpenFile::OpenFile(int number, int flags, ModelPtr node)
    : number_(number), flags_(flags), node_(std::move(node))
{
}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : number_(std::exchange(other.number_, -1)), flags_(other.flags_), node_(std::move(other.node_))
{
}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept
{
    std::swap(number_, other.number_);
    std::swap(flags_, other.flags_);
    std::swap(node_, other.node_);
    return *this;
}

OpenFile::~OpenFile()
{
    close();
}

bool OpenFile::may_write() const
{
    return (flags_ & O_ACCMODE) != O_RDONLY;
}

bool OpenFile::may_read() const
{
    return (flags_ & O_ACCMODE) != O_WRONLY;
}

bool OpenFile::may_map(std::size_t offset) const
{
    return may_read() && offset < node_->content.size();
}

bool OpenFile::truncates() const
{
    return (flags_ & O_TRUNC) != 0;
}

OpenFile OpenFile::duplicate() const
{
    return {::fcntl(number_, F_DUPFD_CLOEXEC, 0), flags_, node_};
}

int OpenFile::close()
{
    const int number = std::exchange(number_, -1);
    return number >= 0 && ::close(number) != 0 ? errno : 0;
}

int OpenFile::write(std::string_view bytes, std::size_t offset)
{
    const auto written = ::pwrite(number_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written != static_cast<ssize_t>(bytes.size())) {
        return written < 0 ? errno : ENOSPC;  // the next one would say so
    }
    auto& content = node_->content;
    const auto begin = (flags_ & O_APPEND) != 0 ? content.size() : offset;
    content.resize(std::max(content.size(), begin + bytes.size()));
    content.replace(begin, bytes.size(), bytes);
    synced_ = (flags_ & O_SYNC) != 0;
    return 0;
}

int OpenFile::write_through_mapping(std::string_view bytes, std::size_t offset)
{
    auto& content = node_->content;
    auto* const memory = ::mmap(nullptr, content.size(), PROT_READ | PROT_WRITE, MAP_SHARED, number_, 0);
    EXPECT_NE(memory, MAP_FAILED);
    const auto part = bytes.substr(0, content.size() - offset);
    part.copy(static_cast<char*>(memory) + offset, part.size());
    const int answer = errno_of(::msync(memory, content.size(), MS_SYNC));
    ::munmap(memory, content.size());
    content.replace(offset, part.size(), part);
    synced_ = true;
    return answer;
}

std::string OpenFile::read(std::size_t size, std::size_t offset) const
{
    std::string bytes(size, '\0');
    const auto count = ::pread(number_, bytes.data(), size, static_cast<off_t>(offset));
    EXPECT_GE(count, 0);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return bytes;
}

void OpenFile::expect_content() const
{
    const auto& content = node_->content;
    struct stat st{};
    EXPECT_EQ(::fstat(number_, &st), 0);
    EXPECT_EQ(static_cast<std::size_t>(st.st_size), content.size());
    EXPECT_EQ(st.st_mode & 07777, node_->mode);
    if (may_read()) {
        EXPECT_EQ(read(content.size() + 1, 0), content);
        const auto middle = content.size() / 2;
        EXPECT_EQ(read(7, middle), content.substr(middle, 7));
    }
}

}  // namespace bytestore::test
