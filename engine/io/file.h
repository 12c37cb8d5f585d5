// The seam to the operating system: all file access of the engine goes through these three interfaces, so that tests
// can count, fail or forget any call. Implementations: posix (engine/io/posix_file.h), and the faulty ones of the
// tests.
//
// Errors: Errc::no_space for ENOSPC and EDQUOT, access_denied for EACCES and EPERM, read_only for EROFS, not_found for
// ENOENT, exists for EEXIST, else io; the message names the file and the call. All objects may be used by several
// threads at once.
#pragma once

#include "engine/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

struct FileInfo {
    std::uint64_t size = 0;
    std::uint64_t inode = 0;
    std::uint64_t links = 0;
    std::int64_t mtime = 0;  // nanoseconds since 1970
    std::uint32_t mode = 0;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool regular = false;
};

struct DiskSpace {
    std::uint64_t block_size = 0;
    std::uint64_t blocks = 0;
    std::uint64_t blocks_free = 0;
    std::uint64_t blocks_available = 0;
    std::uint64_t files = 0;
    std::uint64_t files_free = 0;
};

class File {
public:
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    virtual ~File() = default;

    // Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file.
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> into) = 0;
    // Writes all of `bytes` at `offset`. On error any part of it may have been written.
    virtual Status write(std::uint64_t offset, std::string_view bytes) = 0;
    virtual Status truncate(std::uint64_t size) = 0;
    // Returns once the content is on stable storage (fdatasync). After a failure nothing is known of what was written
    // since the last success, and trying again proves nothing.
    virtual Status sync() = 0;
    // Promises disk space for [offset, offset + length) without changing the size.
    virtual Status reserve(std::uint64_t offset, std::uint64_t length) = 0;
    virtual Result<FileInfo> info() = 0;
    // The same without its mtime, for a file that is written all the time: once a time was asked for, Linux gives the
    // next write one of its own and the file's inode is written again, which can cost as much as the write.
    virtual Result<FileInfo> info_without_time() { return info(); }
    // An exclusive lock for as long as this File lives, or Errc::locked at once if another has it.
    virtual Status lock() = 0;
    // Forgets clean cached pages, so that the next read comes from the disk.
    virtual Status drop_cache() = 0;
    virtual Status set_mtime(std::int64_t mtime) = 0;
    // What Directory::link of the same implementation knows it by; owned by this File.
    virtual int descriptor() const = 0;
};

enum class OpenMode : std::uint8_t {
    read,        // existing, for reading
    write,       // existing, for reading and writing
    create,      // for reading and writing, created if missing
    create_new,  // for reading and writing, Errc::exists if there
};

// An open directory. Names are single components; symbolic links are never followed.
class Directory {
public:
    Directory() = default;
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    virtual ~Directory() = default;

    virtual Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) = 0;
    virtual Result<std::vector<std::string>> list() = 0;  // names, in no order, without . and ..
    virtual Result<FileInfo> info(const std::string& name) = 0;
    virtual Result<FileInfo> info() = 0;  // of the directory itself
    virtual Status rename(const std::string& from, const std::string& to) = 0;
    virtual Status unlink(const std::string& name) = 0;
    // Gives `file` a further name, in this directory. Fails where they are not on one file system, or the system
    // permits no such link.
    virtual Status link(const File& file, const std::string& name) = 0;
    virtual Status sync() = 0;  // names created, renamed and unlinked before are on stable storage
    virtual Status lock() = 0;  // as File::lock
    virtual Result<DiskSpace> space() = 0;
    virtual bool writable() = 0;  // whether files may be created in it, as far as can be told
};

class FileSystem {
public:
    FileSystem() = default;
    FileSystem(const FileSystem&) = delete;
    FileSystem& operator=(const FileSystem&) = delete;
    virtual ~FileSystem() = default;

    // Opens the directory at `path`; with `create` makes it (not its parents) if missing, and syncs its parent.
    // Errc::not_a_store if it is missing, or is not a directory.
    virtual Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool create) = 0;
};

// The real one.
FileSystem& posix_file_system();

}  // namespace bytestore
