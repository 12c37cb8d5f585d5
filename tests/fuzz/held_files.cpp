#include "tests/fuzz/held_files.h"

#include <algorithm>
#include <utility>

namespace bytestore::fuzz {
namespace {

constexpr std::int64_t kTime = 1'700'000'000'000'000'000;

class File final : public bytestore::File {
public:
    explicit File(std::shared_ptr<HeldFile> held)
        : held_(std::move(held))
    {
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override
    {
        const std::lock_guard lock(held_->mutex);
        const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, held_->bytes.size()));
        return held_->bytes.copy(into.data(), into.size(), from);
    }
    Status write(std::uint64_t offset, std::string_view bytes) override
    {
        const std::lock_guard lock(held_->mutex);
        held_->bytes.resize(std::max<std::size_t>(held_->bytes.size(), offset + bytes.size()));
        held_->bytes.replace(offset, bytes.size(), bytes);
        return {};
    }
    Status truncate(std::uint64_t size) override
    {
        const std::lock_guard lock(held_->mutex);
        held_->bytes.resize(size);
        return {};
    }
    Status sync() override { return {}; }
    Status reserve(std::uint64_t, std::uint64_t) override { return {}; }
    Result<FileInfo> info() override
    {
        const std::lock_guard lock(held_->mutex);
        return FileInfo{.size = held_->bytes.size(),
                        .inode = held_->inode,
                        .links = held_->links,
                        .mtime = kTime,
                        .mode = 0100644,
                        .uid = 0,
                        .gid = 0,
                        .regular = true};
    }
    Status lock() override { return {}; }
    Status drop_cache() override { return {}; }
    Status set_mtime(std::int64_t) override { return {}; }
    int descriptor() const override { return -1; }

private:
    const std::shared_ptr<HeldFile> held_;
};

std::unexpected<Error> missing(const std::string& name)
{
    return fail(Errc::not_found, name + " is missing");
}

class Directory final : public bytestore::Directory {
public:
    explicit Directory(std::shared_ptr<HeldDirectory> held)
        : held_(std::move(held))
    {
    }

    Result<std::unique_ptr<bytestore::File>> open(const std::string& name, OpenMode mode) override
    {
        const std::lock_guard lock(held_->mutex);
        const auto found = held_->files.find(name);
        const bool there = found != held_->files.end();
        if (there && mode == OpenMode::create_new) {
            return fail(Errc::exists, name + " exists");
        }
        if (!there && (mode == OpenMode::read || mode == OpenMode::write)) {
            return missing(name);
        }
        auto& file = held_->files[name];
        if (!there) {
            file = std::make_shared<HeldFile>();
            file->inode = held_->next_inode++;
        }
        return std::make_unique<File>(file);
    }
    Result<std::vector<std::string>> list() override
    {
        const std::lock_guard lock(held_->mutex);
        std::vector<std::string> names;
        for (const auto& [name, file] : held_->files) {
            names.push_back(name);
        }
        return names;
    }
    Result<FileInfo> info(const std::string& name) override
    {
        const std::lock_guard lock(held_->mutex);
        const auto found = held_->files.find(name);
        return found == held_->files.end() ? missing(name) : File(found->second).info();
    }
    Result<FileInfo> info() override
    {
        return FileInfo{.size = 0, .inode = 1, .links = 2, .mtime = kTime, .mode = 040755, .uid = 0, .gid = 0};
    }
    Status rename(const std::string& from, const std::string& to) override
    {
        const std::lock_guard lock(held_->mutex);
        const auto found = held_->files.find(from);
        if (found == held_->files.end()) {
            return missing(from);
        }
        held_->files[to] = std::exchange(found->second, nullptr);
        held_->files.erase(from);
        return {};
    }
    Status unlink(const std::string& name) override
    {
        const std::lock_guard lock(held_->mutex);
        const auto found = held_->files.find(name);
        if (found == held_->files.end()) {
            return missing(name);
        }
        const auto file = std::move(found->second);
        held_->files.erase(found);
        const std::lock_guard file_lock(file->mutex);
        file->links = 0;
        return {};
    }
    Status link(const bytestore::File&, const std::string&) override
    {
        return fail(Errc::not_permitted, "no links in memory");
    }
    Status sync() override { return {}; }
    Status lock() override { return {}; }
    Result<DiskSpace> space() override
    {
        constexpr std::uint64_t kMany = std::uint64_t{1} << 40;
        return DiskSpace{.block_size = 1,
                         .blocks = kMany,
                         .blocks_free = kMany,
                         .blocks_available = kMany,
                         .files = kMany,
                         .files_free = kMany};
    }
    bool writable() override { return true; }

private:
    const std::shared_ptr<HeldDirectory> held_;
};

}  // namespace

HeldFiles::HeldFiles(const Content& content)
{
    for (const auto& [name, bytes] : content) {
        auto file = std::make_shared<HeldFile>();
        file->bytes = bytes;
        file->inode = directory_->next_inode++;
        directory_->files[name] = std::move(file);
    }
}

Result<std::unique_ptr<bytestore::Directory>> HeldFiles::open_directory(const std::string&, bool)
{
    return std::make_unique<Directory>(directory_);
}

HeldFiles::Content HeldFiles::content() const
{
    const std::lock_guard lock(directory_->mutex);
    Content content;
    for (const auto& [name, file] : directory_->files) {
        const std::lock_guard file_lock(file->mutex);
        content[name] = file->bytes;
    }
    return content;
}

}  // namespace bytestore::fuzz
