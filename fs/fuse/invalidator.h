// Tells the kernel what it must not believe any more, from a thread that holds no lock and serves no request: a
// notification may wait for pages or names that a request under way holds.
#pragma once

#include "fs/fuse/fuse_api.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace bytestore::fuse {

class Invalidator {
public:
    // Take note only; they may be called with any lock held. Without a session they do nothing.
    void content(std::uint64_t ino);
    void entry(std::uint64_t parent, const std::string& name);
    void answer(std::uint64_t parent, const std::string& name);
    // The kernel's idea of the file's size grows to `offset` + 1.
    void end(std::uint64_t ino, std::uint64_t offset, char last);

    // Tell at once.
    void push(std::uint64_t ino, std::string_view content) const;
    // Of a directory, without what it lists. Waits for nothing that a request holds.
    void attributes(std::uint64_t ino) const;

    // Returns once everything noted before was told, or stop was called. Not to be called with a lock that a request
    // may need.
    void wait();

    void start(fuse_session* session);
    // Takes no more notes; returns once what was noted before is told, for which the kernel may need answers to its
    // requests. Any thread may call it, more than once.
    void stop();

private:
    // Tells something. The kernel does not know the inode or the name any more, perhaps: then there is nothing to tell,
    // and the result does not matter.
    using Note = std::function<void(fuse_session*)>;

    void add(Note note);
    void run(fuse_session* session, const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::condition_variable all_told_;
    // Guarded by mutex_.
    std::deque<Note> notes_;
    bool started_ = false;
    std::uint64_t noted_ = 0;  // since the beginning
    std::uint64_t told_ = 0;

    std::atomic<fuse_session*> session_ = nullptr;  // between start and stop

    std::mutex stop_mutex_;  // taken before mutex_
    std::jthread thread_;    // guarded by stop_mutex_
};

}  // namespace bytestore::fuse
