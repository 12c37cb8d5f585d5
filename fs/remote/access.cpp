#include "fs/remote/access.h"

#include "engine/io/os_error.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace bytestore::remote {
namespace {

constexpr mode_t kRead = 4;
constexpr mode_t kWrite = 2;
constexpr std::size_t kUsualGroups = 32;

mode_t bits_for(const Peer& peer, const DirectoryPermissions& directory)
{
    const bool in_group = std::ranges::find(peer.groups, directory.gid) != peer.groups.end();
    return in_group ? directory.mode >> 3 : directory.mode;
}

}  // namespace

Result<Peer> peer_of(int socket)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return os_failure(errno, "ask for the user of", "the socket");
    }
    Peer peer{.pid = credentials.pid, .uid = credentials.uid, .groups = std::vector<gid_t>(kUsualGroups)};
    size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
    int failed = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size);
    if (failed != 0 && errno == ERANGE) {
        peer.groups.resize(size / sizeof(gid_t));
        failed = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size);
    }
    if (failed != 0) {
        return os_failure(errno, "ask for the groups of", "the socket");
    }
    peer.groups.resize(size / sizeof(gid_t));
    peer.groups.push_back(credentials.gid);
    return peer;
}

Result<DirectoryPermissions> permissions_of(int directory)
{
    struct stat info{};
    if (::fstat(directory, &info) != 0) {
        return os_failure(errno, "look at", "the data directory");
    }
    return DirectoryPermissions{.uid = info.st_uid, .gid = info.st_gid, .mode = info.st_mode};
}

Access access_of(const Peer& peer, const DirectoryPermissions& directory, uid_t daemon)
{
    if (peer.uid == 0 || peer.uid == daemon || peer.uid == directory.uid) {
        return {.reads = true, .writes = true};
    }
    const auto bits = bits_for(peer, directory);
    return {.reads = (bits & kRead) != 0, .writes = (bits & kWrite) != 0};
}

}  // namespace bytestore::remote
