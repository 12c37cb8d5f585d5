#include "tests/vfs/mount.h"

#include "fs/errno.h"
#include "fs/mapping.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bytestore::test {
namespace {

template <class T>
T must(Result<T> result)
{
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

std::pair<std::string_view, std::string_view> split_last(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::pair(std::string_view(), path)
                                           : std::pair(path.substr(0, slash), path.substr(slash + 1));
}

}  // namespace

int errno_of(const Error& error)
{
    return fs::errno_of(error);
}

Options without_compaction()
{
    Options options;
    options.compaction_threshold = 0;
    return options;
}

OpenFile::~OpenFile()
{
    if (handle_) {
        static_cast<void>(close());
    }
}

int OpenFile::write_page(std::uint64_t offset, std::string_view bytes)
{
    return errno_of(fs_->write(*handle_, {.offset = offset, .from_page = true}, bytes));
}

int OpenFile::write(std::uint64_t offset, std::string_view bytes)
{
    const auto written = fs_->write(*handle_, {.offset = offset}, bytes);
    if (written) {
        EXPECT_EQ(*written, bytes.size());
    }
    return errno_of(written);
}

std::string OpenFile::read(std::uint64_t offset, std::size_t size)
{
    const auto bytes = fs_->read(*handle_, offset, size);
    return bytes ? std::string(bytes->view) : fmt::format("errno {}", errno_of(bytes));
}

int OpenFile::flush()
{
    return errno_of(fs_->flush(*handle_));
}

int OpenFile::sync()
{
    return errno_of(fs_->sync(*handle_));
}

int OpenFile::release()
{
    return errno_of(fs_->release(std::move(handle_)));
}

int OpenFile::close()
{
    const int flushed = flush();
    release();
    return flushed;
}

int OpenFile::allocate(std::uint64_t offset, std::uint64_t length)
{
    return errno_of(fs_->allocate(*handle_, offset, length));
}

int OpenFile::change(const fs::AttributeChange& change)
{
    return errno_of(fs_->change(handle_->node->ino, change));
}

fs::Attributes OpenFile::stat()
{
    return must(fs_->attributes(handle_->node->ino));
}

Mount::Mount(Options options, FileSystem& files, std::uint64_t max_dirty)
    : options_(std::move(options)), files_(files), max_dirty_(max_dirty)
{
    mount();
}

Mount::~Mount()
{
    unmount();
}

void Mount::mount()
{
    store_ = must(Store::open(directory(), options_, files_));
    fs::Invalidations invalidations{.content =
                                        [this](fs::Ino ino) {
                                            const std::lock_guard lock(mutex_);
                                            invalidated_.contents.push_back(ino);
                                        },
                                    .entry =
                                        [this](fs::Ino parent, const std::string& name) {
                                            const std::lock_guard lock(mutex_);
                                            invalidated_.entries.emplace_back(parent, name);
                                        },
                                    .answer = [](fs::Ino, const std::string&) {},
                                    .end =
                                        [this](fs::Ino ino, std::uint64_t offset, char) {
                                            const std::lock_guard lock(mutex_);
                                            invalidated_.ends.emplace_back(ino, offset);
                                        },
                                    .attributes =
                                        [this](fs::Ino ino) {
                                            const std::lock_guard lock(mutex_);
                                            invalidated_.attributes.push_back(ino);
                                        },
                                    .push =
                                        [this](fs::Ino ino, std::string_view content) {
                                            const std::lock_guard lock(mutex_);
                                            invalidated_.pushed.emplace_back(ino, content);
                                        },
                                    .size =
                                        [this](fs::Ino ino, const std::string& path) {
                                            on_telling();
                                            const std::lock_guard lock(mutex_);
                                            invalidated_.sizes.emplace_back(ino, path);
                                            return true;
                                        },
                                    // Needs the name lock, as the kernel may.
                                    .wait =
                                        [this] {
                                            must(fs_->attributes(fs::kRootIno));
                                            on_forgetting();
                                        }};
    fs::DaemonControl daemon{.config = "rw\n",
                             .log_level = {.get = [this] { return log_level_.load(); },
                                           .set = [this](LogLevel level) { log_level_ = level; }}};
    fs_ = std::make_unique<fs::Filesystem>(*store_, std::move(invalidations), std::move(daemon), max_dirty_);
}

void Mount::unmount()
{
    if (fs_) {
        forget_names();
    }
    fs_.reset();
    store_.reset();
}

void Mount::remount()
{
    unmount();
    mount();
}

void Mount::compact()
{
    must(store_->compact());
}

int Mount::apply(const Batch& batch)
{
    {
        const std::lock_guard lock(mutex_);
        invalidated_ = {};
    }
    return errno_of(fs_->apply(batch));
}

int Mount::kvs_set(const std::string& key, std::string value)
{
    Batch batch;
    batch.set(key, std::move(value), Meta{.mtime = fs::now()});
    return apply(batch);
}

int Mount::kvs_delete(const std::string& key)
{
    Batch batch;
    batch.remove(key);
    return apply(batch);
}

void Mount::forget_names()
{
    std::map<fs::Ino, std::uint64_t> lookups;
    {
        const std::lock_guard lock(mutex_);
        lookups.swap(lookups_);
    }
    {
        const std::lock_guard lock(listings_mutex_);
        listings_.clear();
    }
    for (const auto& [ino, count] : lookups) {
        fs_->forget(ino, count);
    }
}

Invalidated Mount::invalidated()
{
    const std::lock_guard lock(mutex_);
    return invalidated_;
}

fs::Ino Mount::known(const fs::Attributes& attributes)
{
    const std::lock_guard lock(mutex_);
    ++lookups_[attributes.ino];
    return attributes.ino;
}

Result<fs::Ino> Mount::look_up(fs::Ino parent, std::string_view name)
{
    TRY_ASSIGN(const auto attributes, fs_->lookup(parent, name));
    return known(attributes);
}

Result<fs::Ino> Mount::find(std::string_view path)
{
    auto ino = fs::kRootIno;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        TRY_ASSIGN(ino, look_up(ino, path.substr(0, slash)));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return ino;
}

Result<Mount::Place> Mount::place_of(std::string_view path)
{
    const auto [parent, name] = split_last(path);
    TRY_ASSIGN(const auto ino, find(parent));
    return Place{.parent = ino, .name = std::string(name)};
}

Result<fs::Attributes> Mount::stat(std::string_view path)
{
    TRY_ASSIGN(const auto ino, find(path));
    return fs_->attributes(ino);
}

int Mount::change(std::string_view path, const fs::AttributeChange& change)
{
    const auto ino = find(path);
    return ino ? errno_of(fs_->change(*ino, change)) : errno_of(ino);
}

int Mount::mkdir(std::string_view path, std::uint32_t mode)
{
    const auto place = place_of(path);
    if (!place) {
        return errno_of(place);
    }
    const auto made = fs_->make_directory(place->parent, place->name, mode, kRootUser);
    if (made) {
        known(*made);
    }
    return errno_of(made);
}

int Mount::symlink(std::string_view target, std::string_view path)
{
    const auto place = place_of(path);
    if (!place) {
        return errno_of(place);
    }
    const auto made = fs_->make_link(place->parent, place->name, target, kRootUser);
    if (made) {
        known(*made);
    }
    return errno_of(made);
}

std::string Mount::readlink(std::string_view path)
{
    const auto ino = find(path);
    const auto target = ino ? fs_->read_link(*ino) : Result<std::string>(std::unexpected(ino.error()));
    return target ? *target : fmt::format("errno {}", errno_of(target));
}

int Mount::rmdir(std::string_view path)
{
    const auto place = place_of(path);
    return place ? errno_of(fs_->remove_directory(place->parent, place->name)) : errno_of(place);
}

int Mount::rm(std::string_view path)
{
    const auto place = place_of(path);
    return place ? errno_of(fs_->unlink(place->parent, place->name)) : errno_of(place);
}

int Mount::mv(std::string_view from, std::string_view to, fs::RenameMode mode)
{
    const auto source = place_of(from);
    const auto target = place_of(to);
    if (!source || !target) {
        return source ? errno_of(target) : errno_of(source);
    }
    return errno_of(fs_->rename(source->parent, source->name, target->parent, target->name, mode));
}

// What a shell's `>` does: the kernel creates what a lookup did not find.
int Mount::truncate_or_create(std::string_view path, std::optional<OpenFile>& file)
{
    const fs::OpenRequest request{.reads = false, .writes = true, .truncate = true};
    if (const auto ino = find(path)) {
        auto opened = fs_->open(*ino, request);
        if (opened) {
            file.emplace(*fs_, std::move(*opened));
        }
        return errno_of(opened);
    }
    const auto place = place_of(path);
    if (!place) {
        return errno_of(place);
    }
    auto created = fs_->create(place->parent, place->name, 0644, kRootUser, request, false);
    if (created) {
        known(created->attributes);
        file.emplace(*fs_, std::move(created->handle));
    }
    return errno_of(created);
}

// A shell opens, copies the descriptor and closes before it writes.
int Mount::write(std::string_view path, std::string_view text)
{
    std::optional<OpenFile> file;
    int error = truncate_or_create(path, file);
    if (error == 0) {
        error = file->flush();
        error = error != 0 || text.empty() ? error : file->write(0, text);
        const int closed = file->close();
        error = error == 0 ? closed : error;
    }
    return error;
}

int Mount::append(std::string_view path, std::string_view text)
{
    auto file = open_to_write(path);
    file.flush();
    const int error = file.write(file.stat().size, text);
    return error == 0 ? file.close() : error;
}

int Mount::touch(std::string_view path)
{
    const auto time = fs::now();
    auto file = find(path) ? open_to_write(path) : create(path);
    file.flush();
    const int error = file.change({.atime = time, .mtime = time});
    return error == 0 ? file.close() : error;
}

std::string Mount::read(std::string_view path)
{
    const auto ino = find(path);
    if (!ino) {
        return fmt::format("errno {}", errno_of(ino));
    }
    auto handle = fs_->open(*ino, {});
    return handle ? OpenFile(*fs_, std::move(*handle)).read() : fmt::format("errno {}", errno_of(handle));
}

// As the kernel does, which reads a listing again unless it was told that it may keep it.
std::vector<std::string> Mount::ls(std::string_view path)
{
    const auto ino = must(find(path));
    const std::lock_guard lock(listings_mutex_);
    auto handle = must(fs_->open_directory(ino));
    const auto kept = listings_.find(ino);
    if (!handle->listing_kept || kept == listings_.end()) {
        listings_[ino] = read_listing(*handle);
    }
    fs_->release_directory(std::move(handle));
    return listings_.at(ino);
}

std::map<std::string, fs::Attributes> Mount::ls_long(std::string_view path)
{
    auto handle = must(fs_->open_directory(must(find(path))));
    std::map<std::string, fs::Attributes> all;
    std::uint64_t cookie = 0;
    for (auto piece = take_known(*fs_, *handle, cookie, 2); !piece.empty();
         piece = take_known(*fs_, *handle, cookie, 2)) {
        cookie = piece.back().cookie;
        for (auto& entry : piece) {
            if (entry.looked_up) {
                all[entry.name] = entry.attributes;
            }
        }
    }
    fs_->release_directory(std::move(handle));
    return all;
}

std::vector<fs::KnownEntry> take_known(fs::Filesystem& filesystem, const fs::Handle& handle, std::uint64_t cookie,
                                       std::size_t most)
{
    std::vector<fs::KnownEntry> entries;
    filesystem.list_known(handle, cookie, [&](const fs::KnownEntry& entry) {
        const bool taken = entries.size() < most;
        if (taken) {
            entries.push_back(entry);
        }
        return taken;
    });
    for (const auto& entry : entries) {
        if (entry.looked_up) {
            filesystem.forget(entry.attributes.ino, 1);
        }
    }
    return entries;
}

std::vector<std::string> Mount::read_listing(const fs::Handle& handle)
{
    std::vector<std::string> names;
    std::uint64_t cookie = 0;
    constexpr std::size_t kMost = 3;  // so that they come in several pieces
    std::size_t taken = kMost;
    while (taken == kMost) {
        taken = 0;
        fs_->list(handle, cookie, [&](const fs::DirectoryEntry& entry) {
            if (taken == kMost) {
                return false;
            }
            ++taken;
            cookie = entry.cookie;
            if (entry.name != "." && entry.name != "..") {
                names.emplace_back(entry.name);
            }
            return true;
        });
    }
    std::ranges::sort(names);
    return names;
}

OpenFile Mount::create(std::string_view path, std::uint32_t mode, const fs::OpenRequest& request)
{
    const auto place = must(place_of(path));
    auto created = must(fs_->create(place.parent, place.name, mode, kRootUser, request, true));
    known(created.attributes);
    return {*fs_, std::move(created.handle)};
}

OpenFile Mount::open(std::string_view path, const fs::OpenRequest& request)
{
    return {*fs_, must(fs_->open(must(find(path)), request))};
}

std::vector<std::string> Mount::records() const
{
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(directory())) {
        if (file.path().filename().string().starts_with("log-")) {
            names.push_back(file.path().string());
        }
    }
    std::ranges::sort(names);
    std::vector<std::string> records;
    for (const auto& name : names) {
        std::ifstream log(name, std::ios::binary);
        for (std::string line; std::getline(log, line);) {
            if (!line.starts_with(R"({"cmd":"Delete","key":"\u0000bytestore")")) {
                records.push_back(line);
            }
        }
    }
    return records;
}

std::optional<std::string> Mount::after_crash(const std::string& key) const
{
    Options options;
    options.read_only = true;
    const auto beside = must(Store::open(directory(), options));
    const auto value = beside->get(key);
    return value ? std::optional(*value) : std::nullopt;
}

}  // namespace bytestore::test
