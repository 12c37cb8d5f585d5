#include "tests/support/synthetic_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

namespace bytestore::test {
namespace {

using SharedContent = std::shared_ptr<SyntheticFiles::Shared>;

Status cannot_write()
{
    return fail(Errc::read_only, "a synthetic file cannot be written", EROFS);
}

FileInfo info_of(const SyntheticFiles::Content& content, SyntheticFiles::Content::const_iterator file)
{
    return {.size = file->second.size(),
            .inode = 2 + static_cast<std::uint64_t>(std::distance(content.begin(), file)),
            .links = 1,
            .mtime = 1,
            .mode = 0100444,
            .uid = 0,
            .gid = 0,
            .regular = true};
}

class SyntheticFile final : public File {
public:
    SyntheticFile(SharedContent shared, SyntheticFiles::Content::const_iterator file)
        : shared_(std::move(shared)), file_(file)
    {
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override
    {
        const auto got = file_->second.read(offset, into);
        ++shared_->reads;
        shared_->bytes_read += got;
        return got;
    }
    Status write(std::uint64_t, std::string_view) override { return cannot_write(); }
    Status truncate(std::uint64_t) override { return cannot_write(); }
    Status sync() override { return {}; }
    Status reserve(std::uint64_t, std::uint64_t) override { return cannot_write(); }
    Result<FileInfo> info() override { return info_of(shared_->content, file_); }
    Status lock() override { return {}; }
    Status drop_cache() override { return {}; }
    Status set_mtime(std::int64_t) override { return cannot_write(); }
    int descriptor() const override { return -1; }

private:
    const SharedContent shared_;
    const SyntheticFiles::Content::const_iterator file_;
};

class SyntheticDirectory final : public Directory {
public:
    explicit SyntheticDirectory(SharedContent shared)
        : shared_(std::move(shared))
    {
    }

    Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override
    {
        const auto file = shared_->content.find(name);
        if (file == shared_->content.end()) {
            return fail(Errc::not_found, name + " is missing", ENOENT);
        }
        if (mode != OpenMode::read) {
            return fail(Errc::read_only, name + " can only be read", EROFS);
        }
        return std::make_unique<SyntheticFile>(shared_, file);
    }
    Result<std::vector<std::string>> list() override
    {
        std::vector<std::string> names;
        for (const auto& [name, pattern] : shared_->content) {
            names.push_back(name);
        }
        return names;
    }
    Result<FileInfo> info(const std::string& name) override
    {
        const auto file = shared_->content.find(name);
        return file == shared_->content.end() ? fail(Errc::not_found, name + " is missing", ENOENT)
                                              : Result<FileInfo>(info_of(shared_->content, file));
    }
    Result<FileInfo> info() override { return FileInfo{.inode = 1, .links = 2, .mtime = 1, .mode = 040555}; }
    Status rename(const std::string&, const std::string&) override { return cannot_write(); }
    Status unlink(const std::string&) override { return cannot_write(); }
    Status link(const File&, const std::string&) override { return cannot_write(); }
    Status sync() override { return {}; }
    Status lock() override { return {}; }
    Result<DiskSpace> space() override { return DiskSpace(); }
    bool writable() override { return false; }

private:
    const SharedContent shared_;
};

}  // namespace

Pattern& Pattern::then(std::string_view text, std::uint64_t times)
{
    constexpr std::size_t kBlock = std::size_t{1} << 16;
    Part part{.begin = size_, .end = size_ + text.size() * times, .block = {}};
    const auto whole = std::min<std::uint64_t>(times, std::max<std::size_t>(1, kBlock / text.size()));
    for (std::uint64_t i = 0; i < whole; ++i) {
        part.block += text;
    }
    size_ = part.end;
    parts_.push_back(std::move(part));
    return *this;
}

std::size_t Pattern::read(std::uint64_t offset, std::span<char> into) const
{
    std::size_t done = 0;
    auto part = std::ranges::upper_bound(parts_, offset, {}, &Part::end);
    for (; done < into.size() && part != parts_.end(); ++part) {
        for (auto at = offset + done; done < into.size() && at < part->end; at = offset + done) {
            const auto from = static_cast<std::size_t>((at - part->begin) % part->block.size());
            const auto most = std::min<std::uint64_t>(part->end - at, part->block.size() - from);
            const auto size = std::min<std::size_t>(static_cast<std::size_t>(most), into.size() - done);
            std::memcpy(into.data() + done, part->block.data() + from, size);
            done += size;
        }
    }
    return done;
}

Result<std::unique_ptr<Directory>> SyntheticFiles::open_directory(const std::string&, bool)
{
    return std::make_unique<SyntheticDirectory>(shared_);
}

}  // namespace bytestore::test
