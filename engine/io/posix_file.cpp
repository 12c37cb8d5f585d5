// The real file system. Every name is opened relative to a directory's descriptor, close-on-exec and without following
// symbolic links.
#include "engine/io/file.h"
#include "engine/io/os_error.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

namespace bytestore {
namespace {

class Descriptor {
public:
    explicit Descriptor(int fd)
        : fd_(fd)
    {
    }
    Descriptor(Descriptor&& other) noexcept
        : fd_(std::exchange(other.fd_, -1))
    {
    }
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    int get() const { return fd_; }

private:
    int fd_;
};

template <class Call>
auto retry_interrupted(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

FileInfo to_info(const struct stat& st)
{
    FileInfo info;
    info.size = static_cast<std::uint64_t>(st.st_size);
    info.inode = st.st_ino;
    info.links = st.st_nlink;
    info.mtime = st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec;
    info.mode = st.st_mode & 07777;
    info.uid = st.st_uid;
    info.gid = st.st_gid;
    info.regular = S_ISREG(st.st_mode);
    return info;
}

Result<FileInfo> info_of(int fd, const std::string& name)
{
    struct stat st{};
    if (::fstat(fd, &st) != 0) {
        return os_failure(errno, "stat", name);
    }
    return to_info(st);
}

Result<FileInfo> info_without_time_of(int fd, const std::string& name)
{
    struct statx st{};
    if (::statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS & ~(STATX_ATIME | STATX_MTIME | STATX_CTIME), &st) != 0) {
        return os_failure(errno, "stat", name);
    }
    FileInfo info;
    info.size = st.stx_size;
    info.inode = st.stx_ino;
    info.links = st.stx_nlink;
    info.mode = st.stx_mode & 07777U;
    info.uid = st.stx_uid;
    info.gid = st.stx_gid;
    info.regular = S_ISREG(st.stx_mode);
    return info;
}

Status lock_of(int fd, const std::string& name)
{
    if (retry_interrupted([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
        return os_failure(errno, "lock", name);
    }
    return {};
}

class PosixFile final : public File {
public:
    PosixFile(Descriptor fd, std::string path)
        : fd_(std::move(fd)), path_(std::move(path))
    {
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override
    {
        std::size_t done = 0;
        while (done < into.size()) {
            const auto got = retry_interrupted([&] {
                return ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
            });
            if (got < 0) {
                return os_failure(errno, "read", path_);
            }
            if (got == 0) {
                break;
            }
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    Status write(std::uint64_t offset, std::string_view bytes) override
    {
        while (!bytes.empty()) {
            const auto put = retry_interrupted(
                [&] { return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
            if (put < 0) {
                return os_failure(errno, "write", path_);
            }
            bytes.remove_prefix(static_cast<std::size_t>(put));
            offset += static_cast<std::uint64_t>(put);
        }
        return {};
    }

    Status truncate(std::uint64_t size) override
    {
        return check(retry_interrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }), "truncate");
    }

    Status sync() override
    {
        return check(retry_interrupted([&] { return ::fdatasync(fd_.get()); }), "sync");
    }

    Status reserve(std::uint64_t offset, std::uint64_t length) override
    {
        return check(retry_interrupted([&] {
                         return ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                                            static_cast<off_t>(length));
                     }),
                     "reserve space for");
    }

    Result<FileInfo> info() override { return info_of(fd_.get(), path_); }
    Result<FileInfo> info_without_time() override { return info_without_time_of(fd_.get(), path_); }
    Status lock() override { return lock_of(fd_.get(), path_); }

    Status drop_cache() override
    {
        const int error = ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED);
        if (error != 0) {
            return os_failure(error, "drop the cached pages of", path_);
        }
        return {};
    }

    Status set_mtime(std::int64_t mtime) override
    {
        constexpr std::int64_t kSecond = 1'000'000'000;
        const auto below = ((mtime % kSecond) + kSecond) % kSecond;
        const std::array<timespec, 2> times{timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                            timespec{.tv_sec = (mtime - below) / kSecond, .tv_nsec = below}};
        return check(::futimens(fd_.get(), times.data()), "set the time of");
    }

    int descriptor() const override { return fd_.get(); }

private:
    Status check(int result, const char* action) const
    {
        if (result != 0) {
            return os_failure(errno, action, path_);
        }
        return {};
    }

    const Descriptor fd_;
    const std::string path_;
};

int open_flags(OpenMode mode)
{
    switch (mode) {
        case OpenMode::read:
            return O_RDONLY;
        case OpenMode::write:
            return O_RDWR;
        case OpenMode::create:
            return O_RDWR | O_CREAT;
        case OpenMode::create_new:
            return O_RDWR | O_CREAT | O_EXCL;
    }
    std::unreachable();
}

class PosixDirectory final : public Directory {
public:
    PosixDirectory(Descriptor fd, std::string path)
        : fd_(std::move(fd)), path_(std::move(path))
    {
    }

    Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override
    {
        // O_NONBLOCK, so that a FIFO in a file's place cannot make us wait.
        const int flags = open_flags(mode) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
        Descriptor fd(retry_interrupted([&] { return ::openat(fd_.get(), name.c_str(), flags, 0666); }));
        if (fd.get() < 0) {
            return os_failure(errno, "open", path_of(name));
        }
        return std::make_unique<PosixFile>(std::move(fd), path_of(name));
    }

    Result<std::vector<std::string>> list() override
    {
        // A descriptor of its own: the position of a directory stream is shared by all duplicates.
        const int fd = ::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(fd < 0 ? nullptr : ::fdopendir(fd), ::closedir);
        if (!stream) {
            return os_failure(errno, "list", path_);
        }
        std::vector<std::string> names;
        errno = 0;
        while (const dirent* entry = ::readdir(stream.get())) {
            const std::string_view name(entry->d_name);
            if (name != "." && name != "..") {
                names.emplace_back(name);
            }
            errno = 0;
        }
        if (errno != 0) {
            return os_failure(errno, "list", path_);
        }
        return names;
    }

    Result<FileInfo> info(const std::string& name) override
    {
        struct stat st{};
        if (::fstatat(fd_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
            return os_failure(errno, "stat", path_of(name));
        }
        return to_info(st);
    }

    Result<FileInfo> info() override { return info_of(fd_.get(), path_); }

    Status rename(const std::string& from, const std::string& to) override
    {
        if (::renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) != 0) {
            return os_failure(errno, "rename", path_of(from));
        }
        return {};
    }

    Status unlink(const std::string& name) override
    {
        if (::unlinkat(fd_.get(), name.c_str(), 0) != 0) {
            return os_failure(errno, "remove", path_of(name));
        }
        return {};
    }

    // By its descriptor: its name may mean another file by now.
    Status link(const File& file, const std::string& name) override
    {
        const auto from = "/proc/self/fd/" + std::to_string(file.descriptor());
        if (::linkat(AT_FDCWD, from.c_str(), fd_.get(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
            return os_failure(errno, "link", path_of(name));
        }
        return {};
    }

    Status sync() override
    {
        if (retry_interrupted([&] { return ::fsync(fd_.get()); }) != 0) {
            return os_failure(errno, "sync", path_);
        }
        return {};
    }

    Status lock() override { return lock_of(fd_.get(), path_); }

    Result<DiskSpace> space() override
    {
        struct statvfs st{};
        if (::fstatvfs(fd_.get(), &st) != 0) {
            return os_failure(errno, "stat the disk of", path_);
        }
        return DiskSpace{.block_size = st.f_frsize,
                         .blocks = st.f_blocks,
                         .blocks_free = st.f_bfree,
                         .blocks_available = st.f_bavail,
                         .files = st.f_files,
                         .files_free = st.f_ffree};
    }

    bool writable() override { return ::faccessat(fd_.get(), ".", W_OK, AT_EACCESS) == 0; }

private:
    std::string path_of(const std::string& name) const { return path_ + "/" + name; }

    const Descriptor fd_;
    const std::string path_;
};

// A new directory is only there for good once its parent is synced.
Status make_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), 0777) != 0) {
        if (errno == EEXIST) {
            return {};
        }
        const int error = errno;
        auto failure = os_failure(error, "create the data directory", path);
        if (error == ENOENT || error == ENOTDIR) {
            return fail(Errc::not_a_store, std::move(failure.error().message), error);
        }
        return failure;
    }
    auto parent = std::filesystem::path(path).lexically_normal().parent_path();
    if (parent.empty()) {
        parent = ".";
    }
    const Descriptor fd(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() >= 0 && ::fsync(fd.get()) != 0) {
        return os_failure(errno, "sync", parent.string());
    }
    return {};
}

class PosixFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool create) override
    {
        if (create) {
            std::string stripped = path;
            while (stripped.size() > 1 && stripped.back() == '/') {
                stripped.pop_back();
            }
            TRY(make_directory(stripped));
        }
        Descriptor fd(retry_interrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
        if (fd.get() < 0) {
            const int error = errno;
            auto failure = os_failure(error, "open the data directory", path);
            if (error == ENOTDIR || error == ENOENT) {
                return fail(Errc::not_a_store, std::move(failure.error().message), error);
            }
            return failure;
        }
        return std::make_unique<PosixDirectory>(std::move(fd), path);
    }
};

}  // namespace

FileSystem& posix_file_system()
{
    static PosixFileSystem files;
    return files;
}

}  // namespace bytestore
