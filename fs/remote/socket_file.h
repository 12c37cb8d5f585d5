// DATADIR/SOCK, as a name: of the daemon that listens, and for who connects. The path of a data directory may be longer
// than a socket's address takes, so both go through a descriptor in /proc/self/fd.
#pragma once

#include "engine/result.h"
#include "fs/descriptor.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace bytestore::remote {

// A socket that listens under the name, which vanishes with it.
class SocketFile {
public:
    // The name is there only once connections are accepted; one that a dead daemon left is replaced, so that the caller
    // must hold the store's lock. `inode` is that of the directory which the lock is in: Errc::not_a_store if
    // `directory` is another one by now.
    static Result<std::unique_ptr<SocketFile>> listen(const std::string& directory, std::uint64_t inode);
    ~SocketFile();
    SocketFile(const SocketFile&) = delete;
    SocketFile& operator=(const SocketFile&) = delete;

    int listener() const { return listener_.get(); }  // does not block
    int directory() const { return directory_.get(); }

private:
    SocketFile(fs::Descriptor directory, fs::Descriptor listener, std::uint64_t inode);

    const fs::Descriptor directory_;
    const fs::Descriptor listener_;
    const std::uint64_t inode_;  // of the name
};

// A connection to the daemon of the store in `directory`; nothing if there is none, or it is just going.
// Errc::access_denied if this user may not connect, or somebody else than the directory's owner or root listens;
// Errc::busy if the daemon does not take the connection within `wait`.
Result<std::optional<fs::Descriptor>> connect_to(const std::string& directory, std::chrono::milliseconds wait);

}  // namespace bytestore::remote
