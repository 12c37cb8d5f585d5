// The daemon as a user of its own mount, for what the kernel does in a system call only.
//
// A system call on the mount can wait for as long as somebody likes who holds the file: a thread of its own makes it,
// and nobody waits for that for long.
//
// Threads: reach() comes before all others, leave() ends; the rest may be called from any thread that holds no lock
// which a request may need.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace bytestore::fuse {

class OwnMount {
public:
    OwnMount();
    ~OwnMount();
    OwnMount(const OwnMount&) = delete;
    OwnMount& operator=(const OwnMount&) = delete;

    // Notes what is mounted there now. The daemon is asked nothing.
    void reach(const std::string& mount_point);
    // Has the kernel ask for the attributes of the file `ino`, and take its size from the answer while it keeps others
    // from writing to the file. `path` is below the mount; false if it leads to another file or to none, or may not be
    // followed by the daemon's user. Gives up, and returns true, where that takes longer than a second or two, and at
    // once while an earlier call that did has not come to its end.
    bool refresh(std::uint64_t ino, const std::string& path);
    // Whether a request is refresh()'s, by the thread that made it: nothing is to be changed by it.
    bool is_asking(pid_t thread) const;
    // From now on refresh() does nothing.
    void leave();

private:
    struct State;
    bool start_thread();
    static void work(const std::shared_ptr<State>& state);

    const std::shared_ptr<State> state_;  // shared with the thread, which may be held up for longer than this lives
    std::timed_mutex turn_;               // of one refresh() at a time; taken before the state's mutex
    std::mutex leave_mutex_;              // likewise
    std::thread thread_;                  // started by the first refresh(), with the state locked; ended by leave()
};

}  // namespace bytestore::fuse
