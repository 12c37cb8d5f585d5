// Who may do what through the socket: root, the daemon's user and the owner of the data directory everything, others
// what the directory's mode lets them.
#pragma once

#include "engine/result.h"

#include <sys/types.h>

#include <vector>

namespace bytestore::remote {

struct Access {
    bool reads = false;
    bool writes = false;
};

struct Peer {
    pid_t pid = 0;
    uid_t uid = 0;
    std::vector<gid_t> groups;  // all of them
};

// The process that connected, as it was then.
Result<Peer> peer_of(int socket);

struct DirectoryPermissions {
    uid_t uid = 0;
    gid_t gid = 0;
    mode_t mode = 0;
};

Result<DirectoryPermissions> permissions_of(int directory);

Access access_of(const Peer& peer, const DirectoryPermissions& directory, uid_t daemon);

}  // namespace bytestore::remote
