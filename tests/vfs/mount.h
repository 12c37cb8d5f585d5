// A mount without a kernel: sends the Filesystem what the kernel sends for the commands of a shell, by path.
#pragma once

#include "engine/store.h"
#include "fs/core/filesystem.h"
#include "tests/support/temp_directory.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore::test {

inline constexpr fs::Owner kRootUser{.uid = 0, .gid = 0};

// An open file. What it answers is an errno, 0 for success.
class OpenFile {
public:
    OpenFile(fs::Filesystem& filesystem, std::unique_ptr<fs::Handle> handle)
        : fs_(&filesystem), handle_(std::move(handle))
    {
    }
    OpenFile(OpenFile&&) = default;
    OpenFile& operator=(OpenFile&&) = default;
    ~OpenFile();

    int write(std::uint64_t offset, std::string_view bytes);
    int write_page(std::uint64_t offset, std::string_view bytes);  // of a mapping
    std::string read(std::uint64_t offset = 0, std::size_t size = SIZE_MAX);
    int flush();
    int sync();
    int release();  // without a flush
    int close();    // flush and release
    int change(const fs::AttributeChange& change);
    int truncate(std::uint64_t size) { return change({.size = size}); }
    int allocate(std::uint64_t offset, std::uint64_t length);
    fs::Attributes stat();
    const fs::Handle& handle() const { return *handle_; }

private:
    fs::Filesystem* fs_;
    std::unique_ptr<fs::Handle> handle_;
};

struct Invalidated {
    std::vector<fs::Ino> contents;
    std::vector<std::pair<fs::Ino, std::string>> entries;
    std::vector<std::pair<fs::Ino, std::string>> pushed;
    std::vector<fs::Ino> attributes;
    std::vector<std::pair<fs::Ino, std::uint64_t>> ends;  // with the place of the last byte
    std::vector<std::pair<fs::Ino, std::string>> sizes;   // with paths
};

// So that records are counted as they were written.
Options without_compaction();

// Of a listing with attributes the next entries behind a cookie, as the kernel asks for them, which forgets them at
// once.
std::vector<fs::KnownEntry> take_known(fs::Filesystem& filesystem, const fs::Handle& handle, std::uint64_t cookie,
                                       std::size_t most);

class Mount {
public:
    explicit Mount(Options options = without_compaction(), FileSystem& files = posix_file_system(),
                   std::uint64_t max_dirty = fs::default_max_dirty());
    ~Mount();

    fs::Filesystem& filesystem() { return *fs_; }
    Store& store() { return *store_; }
    void unmount();
    void remount();
    void compact();
    // What .control/log-level shows and sets.
    std::atomic<LogLevel>& log_level() { return log_level_; }
    // The kernel gives up all names that it knows.
    void forget_names();
    // What the kernel does when it is told to forget, before it has.
    std::function<void()> on_forgetting = [] {};
    // And when it is told a size.
    std::function<void()> on_telling = [] {};
    Invalidated invalidated();  // all, or since the last change by the next three

    // Changes that do not come from the kernel; errnos.
    int apply(const Batch& batch);
    int kvs_set(const std::string& key, std::string value);
    int kvs_delete(const std::string& key);

    // By path, "" being the root. Numbers are errnos, 0 for success.
    Result<fs::Ino> find(std::string_view path);
    fs::Ino ino(std::string_view path) { return find(path).value_or(0); }
    Result<fs::Attributes> stat(std::string_view path);
    int change(std::string_view path, const fs::AttributeChange& change);
    int mkdir(std::string_view path, std::uint32_t mode = 0755);
    int rmdir(std::string_view path);
    int rm(std::string_view path);
    int mv(std::string_view from, std::string_view to, fs::RenameMode mode = fs::RenameMode::replace);
    int symlink(std::string_view target, std::string_view path);
    std::string readlink(std::string_view path);
    int write(std::string_view path, std::string_view text);   // echo text > path
    int append(std::string_view path, std::string_view text);  // echo text >> path
    int touch(std::string_view path);
    std::string read(std::string_view path);             // the content, or "errno N"
    std::vector<std::string> ls(std::string_view path);  // sorted
    // With attributes, in several pieces. The kernel forgets each entry at once.
    std::map<std::string, fs::Attributes> ls_long(std::string_view path);

    OpenFile create(std::string_view path, std::uint32_t mode = 0644,
                    const fs::OpenRequest& request = {.reads = true, .writes = true, .truncate = false});
    OpenFile open(std::string_view path, const fs::OpenRequest& request);
    OpenFile open_to_read(std::string_view path) { return open(path, {}); }
    OpenFile open_to_write(std::string_view path)
    {
        return open(path, {.reads = true, .writes = true, .truncate = false});
    }
    OpenFile open_truncating(std::string_view path)
    {
        return open(path, {.reads = false, .writes = true, .truncate = true});
    }

    // The records of the log, without headers and seals.
    std::vector<std::string> records() const;
    // What would be found if the daemon died now.
    std::optional<std::string> after_crash(const std::string& key) const;
    std::string directory() const { return temporary_ / "data"; }

private:
    struct Place {
        fs::Ino parent;
        std::string name;
    };
    void mount();
    Result<Place> place_of(std::string_view path);
    Result<fs::Ino> look_up(fs::Ino parent, std::string_view name);
    fs::Ino known(const fs::Attributes& attributes);
    std::vector<std::string> read_listing(const fs::Handle& handle);
    int truncate_or_create(std::string_view path, std::optional<OpenFile>& file);

    TempDirectory temporary_;
    Options options_;
    FileSystem& files_;
    const std::uint64_t max_dirty_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<fs::Filesystem> fs_;
    std::mutex mutex_;
    std::atomic<LogLevel> log_level_{LogLevel::info};
    std::map<fs::Ino, std::uint64_t> lookups_;              // guarded by mutex_
    Invalidated invalidated_;                               // guarded by mutex_
    std::mutex listings_mutex_;                             // taken before mutex_
    std::map<fs::Ino, std::vector<std::string>> listings_;  // guarded by listings_mutex_
};

// The errno of a result, 0 for success.
template <class T>
int errno_of(const Result<T>& result);
int errno_of(const Error& error);

template <class T>
int errno_of(const Result<T>& result)
{
    return result ? 0 : errno_of(result.error());
}

}  // namespace bytestore::test
