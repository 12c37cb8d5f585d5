#include "tests/support/memory_files.h"

#include "engine/io/os_error.h"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace bytestore::test {
namespace {

using SharedDisk = std::shared_ptr<MemoryFiles::Shared>;

Status take_lock(const void*& holder, const void* who, const std::string& name)
{
    if (holder != nullptr && holder != who) {
        return os_failure(EWOULDBLOCK, "lock", name);
    }
    holder = who;
    return {};
}

FileInfo info_of(const MemoryDisk& disk, const MemoryInode& inode)
{
    return {.size = inode.content.size(),
            .inode = inode.number,
            .links = disk.links(inode),
            .mtime = inode.mtime,
            .mode = 0644,
            .regular = true};
}

class MemoryFile final : public File {
public:
    MemoryFile(SharedDisk shared, MemoryDisk::Inode inode, std::string name)
        : shared_(std::move(shared)), inode_(std::move(inode)), name_(std::move(name))
    {
    }
    ~MemoryFile() override
    {
        const std::lock_guard lock(shared_->mutex);
        if (inode_->lock_holder == this) {
            inode_->lock_holder = nullptr;
        }
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override
    {
        const std::lock_guard lock(shared_->mutex);
        const auto& bytes = inode_->content;
        const auto begin = std::min<std::uint64_t>(offset, bytes.size());
        return bytes.copy(into.data(), into.size(), begin);
    }
    Status write(std::uint64_t offset, std::string_view bytes) override
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->disk.write(*inode_, offset, bytes);
        return {};
    }
    Status truncate(std::uint64_t size) override
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->disk.truncate(*inode_, size);
        return {};
    }
    Status sync() override
    {
        const std::lock_guard lock(shared_->mutex);
        MemoryDisk::sync(*inode_);
        return {};
    }
    Status reserve(std::uint64_t /*offset*/, std::uint64_t /*length*/) override { return {}; }
    Result<FileInfo> info() override
    {
        const std::lock_guard lock(shared_->mutex);
        return info_of(shared_->disk, *inode_);
    }
    Status lock() override
    {
        const std::lock_guard lock(shared_->mutex);
        return take_lock(inode_->lock_holder, this, name_);
    }
    Status drop_cache() override { return {}; }
    Status set_mtime(std::int64_t mtime) override
    {
        const std::lock_guard lock(shared_->mutex);
        inode_->mtime = mtime;
        return {};
    }
    int descriptor() const override { return static_cast<int>(inode_->number); }

private:
    const SharedDisk shared_;
    const MemoryDisk::Inode inode_;
    const std::string name_;
};

class MemoryDirectory final : public Directory {
public:
    explicit MemoryDirectory(SharedDisk shared)
        : shared_(std::move(shared))
    {
    }
    ~MemoryDirectory() override
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->disk.lock_holder == this) {
            shared_->disk.lock_holder = nullptr;
        }
    }

    Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override
    {
        const std::lock_guard lock(shared_->mutex);
        auto inode = find(name);
        const bool creates = mode == OpenMode::create || mode == OpenMode::create_new;
        if (!inode && !creates) {
            return os_failure(ENOENT, "open", name);
        }
        if (inode && mode == OpenMode::create_new) {
            return os_failure(EEXIST, "open", name);
        }
        if (!inode) {
            inode = shared_->disk.create(name);
        }
        return std::make_unique<MemoryFile>(shared_, std::move(inode), name);
    }
    Result<std::vector<std::string>> list() override
    {
        const std::lock_guard lock(shared_->mutex);
        std::vector<std::string> names;
        for (const auto& [name, inode] : shared_->disk.names()) {
            names.push_back(name);
        }
        std::ranges::reverse(names);
        return names;
    }
    Result<FileInfo> info(const std::string& name) override
    {
        const std::lock_guard lock(shared_->mutex);
        const auto inode = find(name);
        if (!inode) {
            return os_failure(ENOENT, "stat", name);
        }
        return info_of(shared_->disk, *inode);
    }
    Result<FileInfo> info() override { return FileInfo{.inode = 1, .links = 2, .mode = 0755}; }
    Status rename(const std::string& from, const std::string& to) override
    {
        const std::lock_guard lock(shared_->mutex);
        if (!find(from)) {
            return os_failure(ENOENT, "rename", from);
        }
        shared_->disk.rename(from, to);
        return {};
    }
    Status unlink(const std::string& name) override
    {
        const std::lock_guard lock(shared_->mutex);
        if (!find(name)) {
            return os_failure(ENOENT, "remove", name);
        }
        shared_->disk.unlink(name);
        return {};
    }
    Status link(const File& file, const std::string& name) override
    {
        const std::lock_guard lock(shared_->mutex);
        const auto inode = std::ranges::find_if(shared_->disk.names(), [&](const auto& named) {
            return named.second->number == static_cast<std::uint64_t>(file.descriptor());
        });
        if (inode == shared_->disk.names().end()) {
            return os_failure(ENOENT, "link", name);
        }
        if (find(name)) {
            return os_failure(EEXIST, "link", name);
        }
        shared_->disk.link(inode->second, name);
        return {};
    }
    Status sync() override
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->disk.sync_names();
        return {};
    }
    Status lock() override
    {
        const std::lock_guard lock(shared_->mutex);
        return take_lock(shared_->disk.lock_holder, this, "the directory");
    }
    Result<DiskSpace> space() override
    {
        constexpr std::uint64_t kBlocks = std::uint64_t{1} << 30;
        return DiskSpace{.block_size = 4096,
                         .blocks = kBlocks,
                         .blocks_free = kBlocks,
                         .blocks_available = kBlocks,
                         .files = kBlocks,
                         .files_free = kBlocks};
    }
    bool writable() override { return true; }

private:
    MemoryDisk::Inode find(const std::string& name) const
    {
        const auto& names = shared_->disk.names();
        const auto found = names.find(name);
        return found == names.end() ? nullptr : found->second;
    }

    const SharedDisk shared_;
};

}  // namespace

MemoryFiles::MemoryFiles()
    : MemoryFiles(std::make_shared<Shared>())
{
}

MemoryFiles::MemoryFiles(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared))
{
}

Result<std::unique_ptr<Directory>> MemoryFiles::open_directory(const std::string& /*path*/, bool /*create*/)
{
    return std::make_unique<MemoryDirectory>(shared_);
}

std::unique_ptr<MemoryFiles> MemoryFiles::after_kill() const
{
    const std::lock_guard lock(shared_->mutex);
    return std::unique_ptr<MemoryFiles>(new MemoryFiles(std::make_shared<Shared>(shared_->disk)));
}

std::unique_ptr<MemoryFiles> MemoryFiles::after_power_loss(Loss loss, std::mt19937& random) const
{
    const std::lock_guard lock(shared_->mutex);
    return std::unique_ptr<MemoryFiles>(new MemoryFiles(std::make_shared<Shared>(shared_->disk, loss, random)));
}

std::map<std::string, std::string> MemoryFiles::content() const
{
    const std::lock_guard lock(shared_->mutex);
    std::map<std::string, std::string> files;
    for (const auto& [name, inode] : shared_->disk.names()) {
        files[name] = inode->content;
    }
    return files;
}

void MemoryFiles::replace_content(const std::string& name, std::string_view bytes)
{
    const std::lock_guard lock(shared_->mutex);
    auto& inode = *shared_->disk.names().at(name);
    inode.content = bytes;
    inode.safe_content = bytes;
    inode.unsafe.clear();
}

}  // namespace bytestore::test
