// The daemon as a user of its own mount, for what the kernel does in a system call only.
//
// Threads: reach() comes before all others; refresh() is called by one thread at a time, which serves no request and
// holds no lock that one may need; is_asking() by any.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace bytestore::fuse {

class OwnMount {
public:
    // Notes what is mounted there now. The daemon is asked nothing.
    void reach(const std::string& mount_point);
    // Has the kernel ask for the attributes of the file `ino`, and take its size from the answer while it keeps others
    // from writing to the file. `path` is below the mount. Nothing happens if that leads to another file or to none, or
    // may not be followed by the daemon's user.
    void refresh(std::uint64_t ino, const std::string& path);
    // Whether a request is refresh()'s, by the thread that made it: nothing is to be changed by it.
    bool is_asking(pid_t thread) const { return thread == asking_; }

private:
    std::string mount_point_;
    dev_t device_ = 0;
    std::atomic<pid_t> asking_ = 0;
};

}  // namespace bytestore::fuse
