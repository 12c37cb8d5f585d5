#include "fs/fuse/file_operations.h"

#include "fs/fuse/directory_reply.h"
#include "fs/fuse/replies.h"
#include "fs/fuse/request.h"

#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <cerrno>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

namespace bytestore::fuse {
namespace {

// To copy so many bytes takes longer than to wake a thread for the next request.
constexpr std::size_t kLong = std::size_t{128} << 10;

fs::Handle& handle_of(const fuse_file_info* info)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives back what it was given
    return *reinterpret_cast<fs::Handle*>(info->fh);
}

fs::OpenRequest open_request(fuse_req_t request, int flags)
{
    const int access = flags & O_ACCMODE;
    return {.reads = access != O_WRONLY,
            .writes = access != O_RDONLY,
            .truncate = (flags & O_TRUNC) != 0,
            .strips = caller(request).uid != 0};
}

void fill_info(fuse_file_info& info, std::unique_ptr<fs::Handle> handle)
{
    const bool control = handle->control != nullptr;
    info.direct_io = control ? 1 : 0;
    info.keep_cache = control ? 0 : 1;
    // The close of a handle that cannot write has nothing to say.
    info.noflush = handle->flushes || control ? 0 : 1;
    info.fh = reinterpret_cast<std::uintptr_t>(handle.release());
}

std::unique_ptr<fs::Handle> owned_handle(const fuse_file_info& info)
{
    return std::unique_ptr<fs::Handle>(&handle_of(&info));
}

// An answer that does not arrive means that the opener was interrupted: nobody will release the handle. The request is
// answered all the same, so what is thrown must not reach guard().
template <class Release>
void take_back(Release release) noexcept
{
    try {
        release();
    } catch (...) {
        spdlog::error("a handle that nobody waits for could not be released");
    }
}

// Said once, the kernel opens by itself from then on, and leaves it out of what it sends.
bool opens_by_itself(const fs::Filesystem& core, fuse_req_t request)
{
    if (core.needs_handles()) {
        return false;
    }
    fuse_reply_err(request, ENOSYS);
    return true;
}

void on_open(fuse_req_t request, fuse_ino_t ino, fuse_file_info* info)
{
    guard(request, [&](fs::Filesystem& core) {
        if (opens_by_itself(core, request)) {
            return;
        }
        auto handle = core.open(ino, open_request(request, info->flags));
        if (!handle) {
            reply_inode_error(request, handle.error());
            return;
        }
        fill_info(*info, std::move(*handle));
        if (fuse_reply_open(request, info) == -ENOENT) {
            take_back([&] { ignore(core.release(owned_handle(*info))); });  // it is logged
        }
    });
}

Result<fs::Attributes> create(fs::Filesystem& core, fuse_req_t request, fuse_ino_t parent, const char* name,
                              mode_t mode, fuse_file_info& info)
{
    auto made =
        core.create(parent, name, mode, caller(request), open_request(request, info.flags), (info.flags & O_EXCL) != 0);
    if (!made) {
        return forward(made);
    }
    fill_info(info, std::move(made->handle));
    return made->attributes;
}

void on_create(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, fuse_file_info* info)
{
    guard_change(request, [=, info = *info](fs::Filesystem& core) mutable {
        const auto made = create(core, request, parent, name, mode, info);
        if (!made) {
            reply_inode_error(request, made.error());
            return;
        }
        filesystem(request).tells(*made);
        const auto entry = entry_of(*made, filesystem(request).settings());
        if (fuse_reply_create(request, &entry, &info) == -ENOENT) {
            take_back([&] {
                core.forget(made->ino, 1);
                ignore(core.release(owned_handle(info)));  // it is logged
            });
        }
    });
}

void on_mknod(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, dev_t /*device*/)
{
    guard_change(request, [=](fs::Filesystem& core) {
        if (!S_ISREG(mode)) {
            fuse_reply_err(request, EPERM);
            return;
        }
        fuse_file_info info{};
        info.flags = O_WRONLY | O_EXCL;
        const auto made = create(core, request, parent, name, mode, info);
        if (made) {
            const auto stored = core.release(owned_handle(info));
            if (!stored) {
                core.forget(made->ino, 1);
                reply_error(request, stored.error());
                return;
            }
        }
        reply_entry(request, made);
    });
}

// What takes longer than to wake a thread makes way for the next request, which else may not.
template <class Body>
void guard_transfer(fuse_req_t request, bool is_long, Body body) noexcept
{
    if (is_long) {
        guard_waiting(request, body);
    } else {
        guard(request, body);
    }
}

// Readers ask ahead, so that the next request is there often. But two processors are busy with the reader and with this
// one, and a third thread is only in their way (a quarter of the time, over either transport).
bool is_long_read(std::size_t size)
{
    static const bool has_more = std::thread::hardware_concurrency() > 2;
    return has_more && size >= kLong;
}

void on_read(fuse_req_t request, fuse_ino_t ino, size_t size, off_t offset, fuse_file_info* info)
{
    guard_transfer(request, is_long_read(size), [=, info = *info](fs::Filesystem& core) {
        const auto begin = static_cast<std::uint64_t>(offset);
        const auto bytes = info.fh == 0 ? core.read(ino, begin, size) : core.read(handle_of(&info), begin, size);
        if (bytes) {
            fuse_reply_buf(request, bytes->view.data(), bytes->view.size());
        } else {
            spdlog::error("{}", bytes.error().message);
            reply_error(request, bytes.error());
        }
    });
}

// A write to .control/apply waits until the kernel has forgotten what it cached, and the kernel for that perhaps for
// other requests. It takes one thread at most from those that serve them: direct I/O is sent one write at a time.
void on_write(fuse_req_t request, fuse_ino_t /*ino*/, const char* data, size_t size, off_t offset, fuse_file_info* info)
{
    const auto& handle = handle_of(info);
    const bool is_long = size >= kLong || handle.control != nullptr || fs::Filesystem::reads_much_first(handle);
    guard_transfer(request, is_long, [=, info = *info](fs::Filesystem& core) {
        const bool at_end = (info.flags & O_APPEND) != 0 && info.writepage == 0;
        const auto written = core.write(
            handle_of(&info),
            {.offset = static_cast<std::uint64_t>(offset), .at_end = at_end, .from_page = info.writepage != 0},
            std::string_view(data, size));
        if (written) {
            fuse_reply_write(request, *written);
        } else {
            reply_error(request, written.error());
        }
    });
}

bool is_large(const fuse_file_info& info)
{
    return info.fh != 0 && fs::Filesystem::is_large(handle_of(&info));
}

void on_flush(fuse_req_t request, fuse_ino_t /*ino*/, fuse_file_info* info)
{
    guard_change(request, is_large(*info), [=, info = *info](fs::Filesystem& core) {
        if (!opens_by_itself(core, request)) {
            reply_status(request, core.flush(handle_of(&info)));
        }
    });
}

void on_fsync(fuse_req_t request, fuse_ino_t /*ino*/, int /*data_only*/, fuse_file_info* info)
{
    guard_waiting(request, [=, info = *info](fs::Filesystem& core) {
        reply_status(request, info.fh == 0 ? Status() : core.sync(handle_of(&info)));
    });
}

void on_release(fuse_req_t request, fuse_ino_t /*ino*/, fuse_file_info* info)
{
    guard_change(request, is_large(*info),
                 [=, info = *info](fs::Filesystem& core) { reply_status(request, core.release(owned_handle(info))); });
}

void on_opendir(fuse_req_t request, fuse_ino_t ino, fuse_file_info* info)
{
    guard(request, [&](fs::Filesystem& core) {
        if (opens_by_itself(core, request)) {
            return;
        }
        auto handle = core.open_directory(ino);
        if (!handle) {
            reply_inode_error(request, handle.error());
            return;
        }
        info->cache_readdir = 1;
        info->keep_cache = (*handle)->listing_kept ? 1 : 0;
        info->fh = reinterpret_cast<std::uintptr_t>(handle->release());
        if (fuse_reply_open(request, info) == -ENOENT) {
            take_back([&] { core.release_directory(owned_handle(*info)); });
        }
    });
}

void read_directory(fuse_req_t request, fuse_ino_t ino, size_t size, off_t offset, const fuse_file_info& info,
                    bool attributes)
{
    guard(request, [&](fs::Filesystem& core) {
        auto own = info.fh == 0 ? core.open_directory(ino) : Result<std::unique_ptr<fs::Handle>>();
        if (!own) {
            reply_inode_error(request, own.error());
            return;
        }
        DirectoryReply reply(request, filesystem(request).settings(), size);
        reply.fill(core, *own ? **own : handle_of(&info), static_cast<std::uint64_t>(offset), attributes);
        if (*own) {
            core.release_directory(std::move(*own));
        }
        reply.send();
    });
}

void on_readdir(fuse_req_t request, fuse_ino_t ino, size_t size, off_t offset, fuse_file_info* info)
{
    read_directory(request, ino, size, offset, *info, false);
}

void on_readdirplus(fuse_req_t request, fuse_ino_t ino, size_t size, off_t offset, fuse_file_info* info)
{
    read_directory(request, ino, size, offset, *info, true);
}

void on_releasedir(fuse_req_t request, fuse_ino_t /*ino*/, fuse_file_info* info)
{
    guard(request, [&](fs::Filesystem& core) {
        core.release_directory(owned_handle(*info));
        fuse_reply_err(request, 0);
    });
}

// Space in advance is all that a value can have: it has no holes, and none can be made.
void on_fallocate(fuse_req_t request, fuse_ino_t /*ino*/, int mode, off_t offset, off_t length, fuse_file_info* info)
{
    guard(request, [&](fs::Filesystem& core) {
        if (mode != 0) {
            fuse_reply_err(request, EOPNOTSUPP);
            return;
        }
        reply_status(request, core.allocate(handle_of(info), static_cast<std::uint64_t>(offset),
                                            static_cast<std::uint64_t>(length)));
    });
}

}  // namespace

void add_file_operations(fuse_lowlevel_ops& ops)
{
    ops.mknod = on_mknod;
    ops.open = on_open;
    ops.create = on_create;
    ops.read = on_read;
    ops.write = on_write;
    ops.flush = on_flush;
    ops.release = on_release;
    ops.fsync = on_fsync;
    ops.opendir = on_opendir;
    ops.readdir = on_readdir;
    ops.readdirplus = on_readdirplus;
    ops.releasedir = on_releasedir;
    ops.fsyncdir = on_fsync;
    ops.fallocate = on_fallocate;
}

}  // namespace bytestore::fuse
