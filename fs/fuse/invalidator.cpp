#include "fs/fuse/invalidator.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace bytestore::fuse {
namespace {

// libfuse has had it with flags, 1 being "expire only", and without.
template <class Flags>
void expire(int (*notify)(fuse_session*, fuse_ino_t, const char*, std::size_t, Flags), fuse_session* session,
            fuse_ino_t parent, const std::string& name)
{
    notify(session, parent, name.c_str(), name.size(), static_cast<Flags>(1));
}

[[maybe_unused]] void expire(int (*notify)(fuse_session*, fuse_ino_t, const char*, std::size_t), fuse_session* session,
                             fuse_ino_t parent, const std::string& name)
{
    notify(session, parent, name.c_str(), name.size());
}

void store(fuse_session* session, fuse_ino_t ino, std::uint64_t offset, std::string_view content)
{
    fuse_bufvec bytes{};
    bytes.count = 1;
    bytes.buf[0].size = content.size();
    bytes.buf[0].mem = const_cast<char*>(content.data());
    fuse_lowlevel_notify_store(session, ino, static_cast<off_t>(offset), &bytes, static_cast<fuse_buf_copy_flags>(0));
}

}  // namespace

void Invalidator::push(std::uint64_t ino, std::string_view content) const
{
    if (auto* const session = session_.load()) {
        store(session, ino, 0, content);
    }
}

void Invalidator::attributes(std::uint64_t ino) const
{
    if (auto* const session = session_.load()) {
        fuse_lowlevel_notify_inval_inode(session, ino, -1, 0);
    }
}

void Invalidator::content(std::uint64_t ino)
{
    add([ino](fuse_session* session) { fuse_lowlevel_notify_inval_inode(session, ino, 0, 0); });
}

void Invalidator::entry(std::uint64_t parent, const std::string& name)
{
    add([parent, name](fuse_session* session) {
        fuse_lowlevel_notify_inval_entry(session, parent, name.c_str(), name.size());
        fuse_lowlevel_notify_inval_inode(session, parent, 0, 0);
    });
}

void Invalidator::answer(std::uint64_t parent, const std::string& name)
{
    add([parent, name](fuse_session* session) { expire(fuse_lowlevel_notify_expire_entry, session, parent, name); });
}

void Invalidator::end(std::uint64_t ino, std::uint64_t offset, char last)
{
    add([ino, offset, last](fuse_session* session) { store(session, ino, offset, {&last, 1}); });
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
        session_ = session;
    }
    thread_ = std::jthread([this, session](const std::stop_token& stop) { run(session, stop); });
}

void Invalidator::stop()
{
    const std::lock_guard stopping(stop_mutex_);
    {
        const std::lock_guard lock(mutex_);
        started_ = false;
        session_ = nullptr;
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
        try {
            note(session);
        } catch (const std::exception& error) {
            spdlog::error("the kernel was not told of a change: {}", error.what());
        }
        lock.lock();
        ++told_;
        all_told_.notify_all();
    }
}

}  // namespace bytestore::fuse
