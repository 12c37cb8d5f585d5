#include "fs/fuse/side_threads.h"

#include <utility>

namespace bytestore::fuse {

void SideThreads::run(std::function<void()> task)
{
    const std::lock_guard lock(mutex_);
    if (idle_ <= tasks_.size()) {
        threads_.emplace_back([this] { serve(); });
    }
    tasks_.push_back(std::move(task));
    changed_.notify_one();
}

void SideThreads::finish()
{
    {
        const std::lock_guard lock(mutex_);
        finishing_ = true;
        changed_.notify_all();
    }
    threads_.clear();
}

void SideThreads::serve()
{
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        changed_.wait(lock, [this] { return finishing_ || !tasks_.empty(); });
        --idle_;
        if (tasks_.empty()) {
            return;
        }
        const auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        lock.lock();
    }
}

}  // namespace bytestore::fuse
