#include "fs/fuse/replies.h"

#include "fs/errno.h"
#include "fs/mapping.h"

#include <spdlog/spdlog.h>

#include <cerrno>

namespace bytestore::fuse {
namespace {

constexpr double kForever = 365.0 * 24 * 3600;  // seconds
constexpr blksize_t kBlockSize = 4096;
constexpr std::uint64_t kStatBlock = 512;  // what st_blocks counts

timespec timespec_of(std::int64_t time)
{
    constexpr std::int64_t kSecond = 1'000'000'000;
    auto seconds = time / kSecond;
    auto nanoseconds = time % kSecond;
    if (nanoseconds < 0) {
        --seconds;
        nanoseconds += kSecond;
    }
    return {.tv_sec = seconds, .tv_nsec = nanoseconds};
}

}  // namespace

mode_t mode_bits(fs::Type type)
{
    return type == fs::Type::directory ? S_IFDIR : type == fs::Type::link ? S_IFLNK : S_IFREG;
}

struct stat stat_of(const fs::Attributes& attributes, const FilesystemSettings& settings)
{
    struct stat st{};
    st.st_ino = attributes.ino;
    st.st_mode = mode_bits(attributes.type) | attributes.mode;
    st.st_nlink = attributes.links;
    st.st_uid = settings.uid.value_or(attributes.uid);
    st.st_gid = settings.gid.value_or(attributes.gid);
    st.st_size = static_cast<off_t>(attributes.size);
    st.st_blksize = kBlockSize;
    st.st_blocks = static_cast<blkcnt_t>((attributes.size + kStatBlock - 1) / kStatBlock);
    st.st_mtim = timespec_of(attributes.mtime);
    st.st_atim = timespec_of(attributes.atime);
    st.st_ctim = timespec_of(attributes.ctime);
    return st;
}

struct statvfs statvfs_of(const DiskSpace& space)
{
    struct statvfs st{};
    st.f_bsize = st.f_frsize = space.block_size;
    st.f_blocks = space.blocks;
    st.f_bfree = space.blocks_free;
    st.f_bavail = space.blocks_available;
    st.f_files = space.files;
    st.f_ffree = st.f_favail = space.files_free;
    st.f_namemax = fs::kMaxName;
    return st;
}

double attribute_timeout(const fs::Attributes& attributes)
{
    return attributes.changes_by_itself ? 0 : kForever;
}

fuse_entry_param entry_of(const fs::Attributes& attributes, const FilesystemSettings& settings)
{
    fuse_entry_param entry{};
    entry.ino = attributes.ino;
    entry.attr = stat_of(attributes, settings);
    entry.entry_timeout = attributes.changes_its_inode ? 0 : kForever;
    entry.attr_timeout = attribute_timeout(attributes);
    return entry;
}

void reply_error(fuse_req_t request, const Error& error)
{
    spdlog::debug("answered with an error: {}", error.message);
    fuse_reply_err(request, fs::errno_of(error));
}

void reply_inode_error(fuse_req_t request, const Error& error)
{
    if (error.code == Errc::not_found) {
        fuse_reply_err(request, ESTALE);
    } else {
        reply_error(request, error);
    }
}

void reply_status(fuse_req_t request, const Status& status)
{
    if (status) {
        fuse_reply_err(request, 0);
    } else {
        reply_error(request, status.error());
    }
}

void reply_missing(fuse_req_t request)
{
    fuse_entry_param entry{};
    entry.entry_timeout = kForever;
    fuse_reply_entry(request, &entry);
}

}  // namespace bytestore::fuse
