#include "fs/fuse/operations.h"

#include "fs/fuse/directory_reply.h"
#include "fs/fuse/process.h"
#include "fs/fuse/replies.h"

#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace bytestore::fuse {
namespace {

Filesystem& filesystem(fuse_req_t request)
{
    return *static_cast<Filesystem*>(fuse_req_userdata(request));
}

fs::Owner caller(fuse_req_t request)
{
    const auto* context = fuse_req_ctx(request);
    return {.uid = context->uid, .gid = context->gid};
}

fs::Handle& handle_of(const fuse_file_info* info)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives back what it was given
    return *reinterpret_cast<fs::Handle*>(info->fh);
}

// Nothing thrown reaches libfuse. The body answers as its last step, so what is caught here was not answered yet.
template <class Body>
void guard(fuse_req_t request, Body body) noexcept
{
    try {
        body(filesystem(request).core());
    } catch (const std::bad_alloc&) {
        fuse_reply_err(request, ENOMEM);
    } catch (...) {
        fuse_reply_err(request, EIO);
    }
}

void reply_entry(fuse_req_t request, const Result<fs::Attributes>& attributes)
{
    if (!attributes) {
        reply_error(request, attributes.error());
        return;
    }
    const auto entry = entry_of(*attributes, filesystem(request).settings());
    fuse_reply_entry(request, &entry);
}

void reply_attributes(fuse_req_t request, const Result<fs::Attributes>& attributes)
{
    if (!attributes) {
        reply_inode_error(request, attributes.error());
        return;
    }
    const auto st = stat_of(*attributes, filesystem(request).settings());
    fuse_reply_attr(request, &st, attribute_timeout(*attributes));
}

void on_init(void* /*userdata*/, fuse_conn_info* connection)
{
    // A change of size or time does not mean that cached pages are stale: whatever makes them stale says so.
    connection->want &= ~static_cast<unsigned>(FUSE_CAP_AUTO_INVAL_DATA);
    // With it the kernel would own size and times, and writes would be acknowledged before they arrive here.
    connection->want &= ~static_cast<unsigned>(FUSE_CAP_WRITEBACK_CACHE);
}

void on_lookup(fuse_req_t request, fuse_ino_t parent, const char* name)
{
    guard(request, [&](fs::Filesystem& core) {
        const auto found = core.lookup(parent, name);
        if (!found && found.error().code == Errc::not_found) {
            reply_missing(request);
        } else {
            reply_entry(request, found);
        }
    });
}

// There is nobody to answer to.
void forget(fs::Filesystem& core, fuse_ino_t ino, uint64_t lookups) noexcept
{
    try {
        core.forget(ino, lookups);
    } catch (...) {
        spdlog::error("inode {} could not be forgotten", ino);
    }
}

void on_forget(fuse_req_t request, fuse_ino_t ino, uint64_t lookups)
{
    forget(filesystem(request).core(), ino, lookups);
    fuse_reply_none(request);
    inodes_forgotten(1);
}

void on_forget_multi(fuse_req_t request, size_t count, fuse_forget_data* forgets)
{
    for (size_t i = 0; i < count; ++i) {
        forget(filesystem(request).core(), forgets[i].ino, forgets[i].nlookup);
    }
    fuse_reply_none(request);
    inodes_forgotten(count);
}

void on_getattr(fuse_req_t request, fuse_ino_t ino, fuse_file_info* /*info*/)
{
    guard(request, [&](fs::Filesystem& core) { reply_attributes(request, core.attributes(ino)); });
}

// The years 1678 to 2262; what is beyond becomes the nearest of these, as other file systems do at their limits.
std::int64_t nanoseconds(const timespec& time)
{
    constexpr auto kMostSeconds = std::numeric_limits<std::int64_t>::max() / 1'000'000'000;
    if (time.tv_sec >= kMostSeconds || time.tv_sec <= -kMostSeconds) {
        return (time.tv_sec < 0 ? -kMostSeconds : kMostSeconds) * 1'000'000'000;
    }
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

fs::AttributeChange change_of(const struct stat& st, int which)
{
    fs::AttributeChange change;
    const auto set = [&](int bit, auto& member, auto value) {
        if ((which & bit) != 0) {
            member = value;
        }
    };
    const auto time = fs::now();
    set(FUSE_SET_ATTR_MODE, change.mode, st.st_mode & 07777);
    set(FUSE_SET_ATTR_UID, change.uid, st.st_uid);
    set(FUSE_SET_ATTR_GID, change.gid, st.st_gid);
    set(FUSE_SET_ATTR_SIZE, change.size, static_cast<std::uint64_t>(st.st_size));
    set(FUSE_SET_ATTR_ATIME, change.atime, nanoseconds(st.st_atim));
    set(FUSE_SET_ATTR_MTIME, change.mtime, nanoseconds(st.st_mtim));
    set(FUSE_SET_ATTR_ATIME_NOW, change.atime, time);
    set(FUSE_SET_ATTR_MTIME_NOW, change.mtime, time);
    return change;
}

void on_setattr(fuse_req_t request, fuse_ino_t ino, struct stat* st, int which, fuse_file_info* /*info*/)
{
    guard(request, [&](fs::Filesystem& core) { reply_attributes(request, core.change(ino, change_of(*st, which))); });
}

void on_readlink(fuse_req_t request, fuse_ino_t ino)
{
    guard(request, [&](fs::Filesystem& core) {
        const auto target = core.read_link(ino);
        if (target) {
            fuse_reply_readlink(request, target->c_str());
        } else {
            reply_inode_error(request, target.error());
        }
    });
}

void on_mkdir(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode)
{
    guard(request, [&](fs::Filesystem& core) {
        reply_entry(request, core.make_directory(parent, name, mode, caller(request)));
    });
}

void on_symlink(fuse_req_t request, const char* target, fuse_ino_t parent, const char* name)
{
    guard(request,
          [&](fs::Filesystem& core) { reply_entry(request, core.make_link(parent, name, target, caller(request))); });
}

void on_unlink(fuse_req_t request, fuse_ino_t parent, const char* name)
{
    guard(request, [&](fs::Filesystem& core) { reply_status(request, core.unlink(parent, name)); });
}

void on_rmdir(fuse_req_t request, fuse_ino_t parent, const char* name)
{
    guard(request, [&](fs::Filesystem& core) { reply_status(request, core.remove_directory(parent, name)); });
}

void on_rename(fuse_req_t request, fuse_ino_t parent, const char* name, fuse_ino_t new_parent, const char* new_name,
               unsigned flags)
{
    guard(request, [&](fs::Filesystem& core) {
        if (flags != 0 && flags != RENAME_NOREPLACE && flags != RENAME_EXCHANGE) {
            fuse_reply_err(request, EINVAL);
            return;
        }
        const auto mode = flags == 0                  ? fs::RenameMode::replace
                          : flags == RENAME_NOREPLACE ? fs::RenameMode::no_replace
                                                      : fs::RenameMode::exchange;
        reply_status(request, core.rename(parent, name, new_parent, new_name, mode));
    });
}

// A key has one path, so a file has one name.
void on_link(fuse_req_t request, fuse_ino_t /*ino*/, fuse_ino_t /*new_parent*/, const char* /*new_name*/)
{
    fuse_reply_err(request, EPERM);
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

// An answer that does not arrive means that the opener was interrupted: nobody will release the handle.
void take_back(fs::Filesystem& core, const fuse_file_info& info)
{
    ignore(core.release(std::unique_ptr<fs::Handle>(&handle_of(&info))));  // it is logged
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
            take_back(core, *info);
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
    guard(request, [&](fs::Filesystem& core) {
        const auto made = create(core, request, parent, name, mode, *info);
        if (!made) {
            reply_inode_error(request, made.error());
            return;
        }
        const auto entry = entry_of(*made, filesystem(request).settings());
        if (fuse_reply_create(request, &entry, info) == -ENOENT) {
            take_back(core, *info);
            core.forget(made->ino, 1);
        }
    });
}

void on_mknod(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, dev_t /*device*/)
{
    guard(request, [&](fs::Filesystem& core) {
        if (!S_ISREG(mode)) {
            fuse_reply_err(request, EPERM);
            return;
        }
        fuse_file_info info{};
        info.flags = O_WRONLY | O_EXCL;
        const auto made = create(core, request, parent, name, mode, info);
        if (made) {
            const auto stored = core.release(std::unique_ptr<fs::Handle>(&handle_of(&info)));
            if (!stored) {
                core.forget(made->ino, 1);
                reply_error(request, stored.error());
                return;
            }
        }
        reply_entry(request, made);
    });
}

void on_read(fuse_req_t request, fuse_ino_t ino, size_t size, off_t offset, fuse_file_info* info)
{
    guard(request, [&](fs::Filesystem& core) {
        const auto begin = static_cast<std::uint64_t>(offset);
        const auto bytes = info->fh == 0 ? core.read(ino, begin, size) : core.read(handle_of(info), begin, size);
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
    guard(request, [&](fs::Filesystem& core) {
        const bool at_end = (info->flags & O_APPEND) != 0 && info->writepage == 0;
        const auto written =
            core.write(handle_of(info), {.offset = static_cast<std::uint64_t>(offset), .at_end = at_end},
                       std::string_view(data, size));
        if (written) {
            fuse_reply_write(request, *written);
        } else {
            reply_error(request, written.error());
        }
    });
}

void on_flush(fuse_req_t request, fuse_ino_t /*ino*/, fuse_file_info* info)
{
    guard(request, [&](fs::Filesystem& core) {
        if (!opens_by_itself(core, request)) {
            reply_status(request, core.flush(handle_of(info)));
        }
    });
}

void on_fsync(fuse_req_t request, fuse_ino_t /*ino*/, int /*data_only*/, fuse_file_info* info)
{
    guard(request,
          [&](fs::Filesystem& core) { reply_status(request, info->fh == 0 ? Status() : core.sync(handle_of(info))); });
}

void on_release(fuse_req_t request, fuse_ino_t /*ino*/, fuse_file_info* info)
{
    guard(request, [&](fs::Filesystem& core) {
        reply_status(request, core.release(std::unique_ptr<fs::Handle>(&handle_of(info))));
    });
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
            core.release_directory(std::unique_ptr<fs::Handle>(&handle_of(info)));
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
        core.release_directory(std::unique_ptr<fs::Handle>(&handle_of(info)));
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

// Asked where the kernel checks no modes, because only root comes in: who may not execute what nobody may execute.
void on_access(fuse_req_t request, fuse_ino_t ino, int wanted)
{
    guard(request, [&](fs::Filesystem& core) {
        const auto found = core.attributes(ino);
        if (!found) {
            reply_inode_error(request, found.error());
            return;
        }
        const bool executes = (wanted & X_OK) != 0 && found->type == fs::Type::file;
        fuse_reply_err(request, executes && (found->mode & 0111) == 0 ? EACCES : 0);
    });
}

void on_statfs(fuse_req_t request, fuse_ino_t /*ino*/)
{
    guard(request, [&](fs::Filesystem& core) {
        const auto space = core.space();
        if (!space) {
            reply_error(request, space.error());
            return;
        }
        const auto st = statvfs_of(*space);
        fuse_reply_statfs(request, &st);
    });
}

fuse_lowlevel_ops make_operations()
{
    fuse_lowlevel_ops ops{};
    ops.init = on_init;
    ops.lookup = on_lookup;
    ops.forget = on_forget;
    ops.forget_multi = on_forget_multi;
    ops.getattr = on_getattr;
    ops.setattr = on_setattr;
    ops.readlink = on_readlink;
    ops.mknod = on_mknod;
    ops.mkdir = on_mkdir;
    ops.unlink = on_unlink;
    ops.rmdir = on_rmdir;
    ops.symlink = on_symlink;
    ops.rename = on_rename;
    ops.link = on_link;
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
    ops.access = on_access;
    ops.statfs = on_statfs;
    ops.fallocate = on_fallocate;
    return ops;
}

}  // namespace

Filesystem::Filesystem(Store& store, FilesystemSettings settings, fs::DaemonControl daemon)
    : settings_(settings),
      core_(store,
            {.content = [this](fs::Ino ino) { invalidator_.content(ino); },
             .entry = [this](fs::Ino parent, const std::string& name) { invalidator_.entry(parent, name); },
             .answer = [this](fs::Ino parent, const std::string& name) { invalidator_.answer(parent, name); },
             .end = [this](fs::Ino ino, std::uint64_t offset, char last) { invalidator_.end(ino, offset, last); },
             .wait = [this] { invalidator_.wait(); }},
            std::move(daemon), settings.max_dirty)
{
}

const fuse_lowlevel_ops& operations()
{
    static const fuse_lowlevel_ops ops = make_operations();
    return ops;
}

}  // namespace bytestore::fuse
