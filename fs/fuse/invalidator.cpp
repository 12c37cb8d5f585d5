#include "fs/fuse/invalidator.h"

#include <utility>

namespace bytestore::fuse {

void Invalidator::content(std::uint64_t ino)
{
    add({.ino = ino, .name = {}});
}

void Invalidator::entry(std::uint64_t parent, const std::string& name)
{
    add({.ino = parent, .name = name});
}

void Invalidator::add(Note note)
{
    const std::lock_guard lock(mutex_);
    if (started_) {
        notes_.push_back(std::move(note));
        ++noted_;
        changed_.notify_one();
    }
}

void Invalidator::wait()
{
    std::unique_lock lock(mutex_);
    all_told_.wait(lock, [this, all = noted_] { return told_ >= all || !started_; });
}

void Invalidator::start(fuse_session* session)
{
    const std::lock_guard starting(stop_mutex_);
    {
        const std::lock_guard lock(mutex_);
        started_ = true;
    }
    thread_ = std::jthread([this, session](const std::stop_token& stop) { run(session, stop); });
}

void Invalidator::stop()
{
    const std::lock_guard stopping(stop_mutex_);
    {
        const std::lock_guard lock(mutex_);
        started_ = false;
        all_told_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
}

void Invalidator::run(fuse_session* session, const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !notes_.empty(); }) || !notes_.empty()) {
        const Note note = std::move(notes_.front());
        notes_.pop_front();
        lock.unlock();
        // An inode or name that the kernel does not know needs no invalidation: the result does not matter.
        if (note.name) {
            fuse_lowlevel_notify_inval_entry(session, note.ino, note.name->c_str(), note.name->size());
            fuse_lowlevel_notify_inval_inode(session, note.ino, 0, 0);
        } else {
            fuse_lowlevel_notify_inval_inode(session, note.ino, 0, 0);
        }
        lock.lock();
        ++told_;
        all_told_.notify_all();
    }
}

}  // namespace bytestore::fuse
