#include "fs/fuse/operations.h"

#include "fs/fuse/file_operations.h"
#include "fs/fuse/process.h"
#include "fs/fuse/replies.h"
#include "fs/fuse/request.h"

#include <spdlog/spdlog.h>

#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <string_view>
#include <utility>

namespace bytestore::fuse {
namespace {

void reply_attributes(fuse_req_t request, const Result<fs::Attributes>& attributes)
{
    if (!attributes) {
        reply_inode_error(request, attributes.error());
        return;
    }
    filesystem(request).tells(*attributes);
    const auto st = stat_of(*attributes, filesystem(request).settings());
    fuse_reply_attr(request, &st, attribute_timeout(*attributes));
}

void on_init(void* /*userdata*/, fuse_conn_info* connection)
{
    // A change of size or time does not mean that cached pages are stale: whatever makes them stale says so.
    refuse(*connection, FUSE_CAP_AUTO_INVAL_DATA);
    // With it the kernel would own size and times, and writes would be acknowledged before they arrive here.
    refuse(*connection, FUSE_CAP_WRITEBACK_CACHE);
    // The kernel does not drop the pages that a direct write behind the caller's back makes stale.
    refuse(*connection, FUSE_CAP_ASYNC_DIO);
    // What is written is copied into a buffer of ours in any case.
    refuse(*connection, FUSE_CAP_SPLICE_READ);
    // As file contents: a target changes only beside the mount, and then the kernel hears of it.
    want(*connection, FUSE_CAP_CACHE_SYMLINKS);
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
    if (filesystem(request).is_own(request)) {
        on_getattr(request, ino, nullptr);
        return;
    }
    const bool is_large = filesystem(request).core().is_large(ino);
    guard_change(request, is_large, [=, change = change_of(*st, which)](fs::Filesystem& core) {
        reply_attributes(request, core.change(ino, change));
    });
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
    guard_change(request, [=](fs::Filesystem& core) {
        reply_entry(request, core.make_directory(parent, name, mode, caller(request)));
    });
}

void on_symlink(fuse_req_t request, const char* target, fuse_ino_t parent, const char* name)
{
    guard_change(request, [=](fs::Filesystem& core) {
        reply_entry(request, core.make_link(parent, name, target, caller(request)));
    });
}

void on_unlink(fuse_req_t request, fuse_ino_t parent, const char* name)
{
    guard_change(request, [=](fs::Filesystem& core) { reply_status(request, core.unlink(parent, name)); });
}

void on_rmdir(fuse_req_t request, fuse_ino_t parent, const char* name)
{
    guard_change(request, [=](fs::Filesystem& core) { reply_status(request, core.remove_directory(parent, name)); });
}

void on_rename(fuse_req_t request, fuse_ino_t parent, const char* name, fuse_ino_t new_parent, const char* new_name,
               unsigned flags)
{
    guard_change(request, [=](fs::Filesystem& core) {
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
    ops.mkdir = on_mkdir;
    ops.unlink = on_unlink;
    ops.rmdir = on_rmdir;
    ops.symlink = on_symlink;
    ops.rename = on_rename;
    ops.link = on_link;
    ops.access = on_access;
    ops.statfs = on_statfs;
    add_file_operations(ops);
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
             .attributes = [this](fs::Ino ino) { invalidator_.attributes(ino); },
             .push = [this](fs::Ino ino, std::string_view content) { invalidator_.push(ino, content); },
             .size = [this](fs::Ino ino, const std::string& path) { return own_mount_.refresh(ino, path); },
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
