#include "fs/fuse/waiting_threads.h"

#include <exception>
#include <utility>

namespace bytestore::fuse {

void WaitingThreads::start()
{
    const std::lock_guard lock(mutex_);
    runs_ = true;
    start_thread_locked();
}

void WaitingThreads::finish()
{
    std::unique_lock lock(mutex_);
    runs_ = false;
    changed_.notify_all();
    while (!threads_.empty()) {  // jobs that are left may need more of them
        auto threads = std::exchange(threads_, {});
        lock.unlock();
        for (auto& thread : threads) {
            thread.join();
        }
        lock.lock();
    }
}

void WaitingThreads::run(Job job)
{
    {
        const std::lock_guard lock(mutex_);
        if (runs_ && !threads_.empty()) {
            jobs_.push_back(std::move(job));
            changed_.notify_one();
            return;
        }
    }
    job();
}

void WaitingThreads::work()
{
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        changed_.wait(lock, [this] { return !jobs_.empty() || !runs_; });
        --idle_;
        if (jobs_.empty()) {
            return;
        }
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        if (idle_ == 0 && (runs_ || !jobs_.empty())) {
            start_thread_locked();
        }
        lock.unlock();
        job();
        lock.lock();
    }
}

// Without one more thread those that there are go on.
void WaitingThreads::start_thread_locked()
{
    try {
        threads_.emplace_back([this] { work(); });
    } catch (const std::exception&) {
        return;
    }
}

}  // namespace bytestore::fuse
