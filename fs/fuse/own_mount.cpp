#include "fs/fuse/own_mount.h"

#include "fs/descriptor.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <climits>
#include <optional>
#include <string_view>

namespace bytestore::fuse {
namespace {

struct Identity {
    dev_t device = 0;
    std::uint64_t ino = 0;
    bool operator==(const Identity&) const = default;
};

// As the kernel knows it, without a request.
std::optional<Identity> identity_of(const fs::Descriptor& file)
{
    struct statx info{};
    if (::statx(file.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &info) != 0) {
        return std::nullopt;
    }
    return Identity{.device = makedev(info.stx_dev_major, info.stx_dev_minor), .ino = info.stx_ino};
}

// It does not leave the mount, whatever is mounted on a directory of it, or linked to.
fs::Descriptor open_in(const fs::Descriptor& directory, std::string_view path)
{
    open_how how{};
    how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
    const auto number = ::syscall(SYS_openat2, directory.get(), std::string(path).c_str(), &how, sizeof(how));
    return fs::Descriptor(static_cast<int>(number));
}

// Of any length.
fs::Descriptor open_below(fs::Descriptor directory, std::string_view path)
{
    while (directory.valid() && path.size() >= PATH_MAX) {
        const auto end = path.rfind('/', PATH_MAX - 1);  // no name is as long as that
        directory = open_in(directory, path.substr(0, end));
        path.remove_prefix(end + 1);
    }
    return directory.valid() ? open_in(directory, path) : std::move(directory);
}

// While it lives, this thread's requests are the daemon's own.
class Asking {
public:
    explicit Asking(std::atomic<pid_t>& thread)
        : thread_(thread)
    {
        thread_ = ::gettid();
    }
    ~Asking() { thread_ = 0; }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

private:
    std::atomic<pid_t>& thread_;
};

fs::Descriptor open_root(const std::string& mount_point)
{
    return fs::Descriptor(::open(mount_point.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

void OwnMount::reach(const std::string& mount_point)
{
    mount_point_ = mount_point;
    const auto root = identity_of(open_root(mount_point));
    device_ = root ? root->device : 0;
}

// A change of attributes that changes none: the kernel makes it as any other, with the inode locked as for a write. The
// root is held for as long as it takes only: it would keep the mount from being unmounted.
void OwnMount::refresh(std::uint64_t ino, const std::string& path)
{
    constexpr auto kSame = static_cast<uid_t>(-1);
    auto root = open_root(mount_point_);
    if (const auto found = identity_of(root); !found || found->device != device_) {
        return;
    }
    const Asking asking(asking_);
    const auto file = open_below(std::move(root), path);
    if (identity_of(file) == Identity{.device = device_, .ino = ino}) {
        static_cast<void>(::fchownat(file.get(), "", kSame, kSame, AT_EMPTY_PATH));
    }
}

}  // namespace bytestore::fuse
