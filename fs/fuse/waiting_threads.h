// Threads for requests that wait for something, of those that come over io_uring: there each CPU has one thread that
// takes requests, which cannot hand over (see RequestLoop), and all requests from its CPU would wait with it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bytestore::fuse {

class WaitingThreads {
public:
    using Job = std::function<void()>;  // throws nothing

    WaitingThreads() = default;
    ~WaitingThreads() { finish(); }
    WaitingThreads(const WaitingThreads&) = delete;
    WaitingThreads& operator=(const WaitingThreads&) = delete;

    // On another thread, at once: there are as many threads as there are jobs. Any thread may call it. If no memory is
    // left it throws, and the job does not run.
    void run(Job job);

    // To be called once, before any job. The threads come from here, for those that take requests are bound to a CPU,
    // which would be inherited.
    void start();
    // Returns once every job has run; what comes later runs on the thread that brings it.
    void finish();

private:
    void work();
    void start_thread_locked();

    std::mutex mutex_;
    // Guarded by mutex_.
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::vector<std::thread> threads_;
    std::size_t idle_ = 0;
    bool runs_ = false;
};

}  // namespace bytestore::fuse
