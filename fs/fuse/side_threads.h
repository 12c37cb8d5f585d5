// Threads for requests that wait for the kernel, which in turn may wait for other requests: they must not take the
// threads that serve those.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bytestore::fuse {

class SideThreads {
public:
    SideThreads() = default;
    ~SideThreads() { finish(); }
    SideThreads(const SideThreads&) = delete;
    SideThreads& operator=(const SideThreads&) = delete;

    // Runs `task`, which throws nothing, at once: a thread is started if none is idle. Throws, and does not run it, if
    // that fails.
    void run(std::function<void()> task);
    // Returns once all tasks have ended. No task may come meanwhile or later.
    void finish();

private:
    void serve();

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_.
    std::deque<std::function<void()>> tasks_;
    std::size_t idle_ = 0;
    bool finishing_ = false;

    std::vector<std::jthread> threads_;  // guarded by mutex_ until finish()
};

}  // namespace bytestore::fuse
