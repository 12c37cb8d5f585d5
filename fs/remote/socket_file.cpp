#include "fs/remote/socket_file.h"

#include "engine/io/os_error.h"
#include "fs/remote/access.h"
#include "fs/remote/protocol.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

namespace bytestore::remote {
namespace {

constexpr const char* kNewName = "SOCK.new";
constexpr int kBacklog = 1024;

sockaddr_un address_in(int directory, const char* name)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    fmt::format_to_n(address.sun_path, sizeof address.sun_path - 1, "/proc/self/fd/{}{}", directory, name);
    return address;
}

// To connect one must be allowed to write to the socket. What a user may then do is asked of the directory itself.
mode_t socket_mode(mode_t directory)
{
    mode_t mode = 0;
    for (const mode_t shift : {0U, 3U, 6U}) {
        mode |= ((directory >> shift) & 6U) != 0 ? 6U << shift : 0U;
    }
    return mode;
}

Result<fs::Descriptor> open_directory(const std::string& path)
{
    fs::Descriptor directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) {
        return os_failure(errno, "open", path);
    }
    return directory;
}

Status bind_and_name(int directory, int listener)
{
    const auto address = address_in(directory, (std::string("/") + kNewName).c_str());
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return os_failure(errno, "make", kNewName);
    }
    TRY_ASSIGN(const auto permissions, permissions_of(directory));
    // Only root may give it away; for others the owner is the daemon's user, whom the directory lets write.
    const bool given = ::fchownat(directory, kNewName, permissions.uid, permissions.gid, AT_SYMLINK_NOFOLLOW) == 0;
    const mode_t mode = socket_mode(permissions.mode) | (given ? 0 : S_IRUSR | S_IWUSR);
    if (::fchmodat(directory, kNewName, mode, 0) != 0) {
        return os_failure(errno, "set the mode of", kNewName);
    }
    if (::listen(listener, kBacklog) != 0) {
        return os_failure(errno, "listen on", kNewName);
    }
    return ::renameat(directory, kNewName, directory, kSocketName) == 0 ? Status()
                                                                        : os_failure(errno, "rename", kNewName);
}

Status bind_and_listen(int directory, int listener)
{
    ::unlinkat(directory, kNewName, 0);  // of a daemon that died
    auto bound = bind_and_name(directory, listener);
    if (!bound) {
        ::unlinkat(directory, kNewName, 0);
    }
    return bound;
}

// Somebody who may write the directory could listen in the daemon's place.
Status check_listener(int socket, int directory, const std::string& path)
{
    TRY_ASSIGN(const auto peer, peer_of(socket));
    TRY_ASSIGN(const auto permissions, permissions_of(directory));
    if (peer.uid != 0 && peer.uid != ::geteuid() && peer.uid != permissions.uid) {
        return fail(Errc::access_denied,
                    fmt::format("user {} listens on {}/{}, who does not own the store", peer.uid, path, kSocketName));
    }
    return {};
}

bool means_nobody(int os_error)
{
    return os_error == ENOENT || os_error == ECONNREFUSED;
}

}  // namespace

Result<std::unique_ptr<SocketFile>> SocketFile::listen(const std::string& directory, std::uint64_t inode)
{
    TRY_ASSIGN(auto opened, open_directory(directory));
    struct stat info{};
    if (::fstat(opened.get(), &info) != 0 || info.st_ino != inode) {
        return fail(Errc::not_a_store, fmt::format("the data directory {} was replaced", directory));
    }
    fs::Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listener.valid()) {
        return os_failure(errno, "make", "a socket");
    }
    TRY(bind_and_listen(opened.get(), listener.get()));
    if (::fstatat(opened.get(), kSocketName, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return os_failure(errno, "find", kSocketName);
    }
    return std::unique_ptr<SocketFile>(new SocketFile(std::move(opened), std::move(listener), info.st_ino));
}

SocketFile::SocketFile(fs::Descriptor directory, fs::Descriptor listener, std::uint64_t inode)
    : directory_(std::move(directory)), listener_(std::move(listener)), inode_(inode)
{
}

SocketFile::~SocketFile()
{
    struct stat info{};
    if (::fstatat(directory_.get(), kSocketName, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_ino == inode_) {
        ::unlinkat(directory_.get(), kSocketName, 0);
    }
}

Result<std::optional<fs::Descriptor>> connect_to(const std::string& directory, std::chrono::milliseconds wait)
{
    const auto failed = [&](const char* action) -> Result<std::optional<fs::Descriptor>> {
        if (means_nobody(errno)) {
            return std::optional<fs::Descriptor>();
        }
        return os_failure(errno, action, directory + "/" + kSocketName);
    };
    const fs::Descriptor opened(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    // The name is looked up once, and no symbolic link is followed.
    const fs::Descriptor name(opened.valid() ? ::openat(opened.get(), kSocketName, O_PATH | O_NOFOLLOW | O_CLOEXEC)
                                             : -1);
    struct stat info{};
    if (!name.valid() || ::fstat(name.get(), &info) != 0 || !S_ISSOCK(info.st_mode)) {
        return std::optional<fs::Descriptor>();
    }
    fs::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{.tv_sec = wait.count() / 1000, .tv_usec = (wait.count() % 1000) * 1000};
    if (!socket.valid() || ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) {
        return failed("make a socket for");
    }
    const auto address = address_in(name.get(), "");
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno == EAGAIN) {
            return fail(Errc::busy, fmt::format("the daemon of {} takes no connection", directory));
        }
        return failed("connect to");
    }
    TRY(check_listener(socket.get(), opened.get(), directory));
    return std::optional(std::move(socket));
}

}  // namespace bytestore::remote
