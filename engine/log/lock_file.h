// LOCK: who writes the store, where it is mounted, and how much of the log is known to be on stable storage.
//
// Writers hold an exclusive flock on LOCK and on the directory (LOCK can be removed and taken twice, the directory
// cannot). The content is one line of JSON with a checksum of its own; it is rewritten after each sync and at close,
// and never synced itself, so what it claims is a lower bound that may be missing. pid and mount point mean something
// only while the lock is held.
#pragma once

#include "engine/io/file.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace bytestore {

struct LockClaims {
    enum class State : std::uint8_t {
        clean,   // closed in order: the directory's names are safe
        open,    // in use, or its writer died, or left something to remove
        failed,  // an I/O error stopped it
    };
    std::int64_t pid = 0;
    std::string mount_point;
    std::optional<std::uint64_t> segment;  // the one that was written last
    std::uint64_t inode = 0;               // of its file
    std::string id;                        // of its header
    std::uint64_t synced = 0;              // bytes of it
    std::string boot;                      // id of the boot in which this was written
    State state = State::open;
};

// The id of this boot of the machine.
std::string current_boot();

// What LOCK says, if it is there and whole.
std::optional<LockClaims> read_claims(Directory& directory);

class LockFile {
public:
    // Takes both locks, waiting up to `wait`. Errc::locked names the holder. `store` is the directory's name for
    // messages.
    static Result<std::unique_ptr<LockFile>> acquire(Directory& directory, const std::string& store,
                                                     std::chrono::milliseconds wait);

    // What LOCK said before it was taken.
    const std::optional<LockClaims>& previous() const { return previous_; }
    Status write(const LockClaims& claims);

private:
    LockFile(std::unique_ptr<File> file, std::optional<LockClaims> previous);

    const std::unique_ptr<File> file_;  // its descriptor carries the lock
    const std::optional<LockClaims> previous_;
};

}  // namespace bytestore
