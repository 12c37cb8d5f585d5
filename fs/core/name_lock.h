// The lock over names: shared by everything that needs a node's key to stay what it is, exclusive for what changes
// names.
#pragma once

#include "engine/spinning_mutex.h"

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>

namespace bytestore::fs {

// Unlike std::shared_mutex it lets a waiting writer go before readers that come later, so that a writer is never
// starved.
class FairSharedMutex {
public:
    FairSharedMutex()
    {
        pthread_rwlockattr_t attributes;
        ::pthread_rwlockattr_init(&attributes);
        ::pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
        ::pthread_rwlock_init(&lock_, &attributes);
        ::pthread_rwlockattr_destroy(&attributes);
    }
    ~FairSharedMutex() { ::pthread_rwlock_destroy(&lock_); }
    FairSharedMutex(const FairSharedMutex&) = delete;
    FairSharedMutex& operator=(const FairSharedMutex&) = delete;

    void lock()
    {
        if (!spin([this] { return ::pthread_rwlock_trywrlock(&lock_) == 0; })) {
            ::pthread_rwlock_wrlock(&lock_);
        }
    }
    void unlock() { ::pthread_rwlock_unlock(&lock_); }
    void lock_shared()
    {
        if (!spin([this] { return ::pthread_rwlock_tryrdlock(&lock_) == 0; })) {
            ::pthread_rwlock_rdlock(&lock_);
        }
    }
    void unlock_shared() { ::pthread_rwlock_unlock(&lock_); }

private:
    pthread_rwlock_t lock_;
};

// Everybody waits behind one who waits to have it alone. So he waits first for those who share it for long, while the
// others still come and go.
class NameLock {
public:
    // For std::unique_lock and std::shared_lock.
    void lock()
    {
        std::optional<std::unique_lock<FairSharedMutex>> others;
        if (long_holders_ > 0) {
            others.emplace(long_);
        }
        names_.lock();
    }
    void unlock() { names_.unlock(); }
    void lock_shared() { names_.lock_shared(); }
    void unlock_shared() { names_.unlock_shared(); }

    bool is_shared_for_long() const { return long_holders_ > 0; }
    // To be made before the lock is shared for long, if it is.
    class ForLong {
    public:
        ForLong(NameLock& lock, bool is_long)
            : lock_(is_long ? &lock : nullptr)
        {
            if (lock_ != nullptr) {
                ++lock_->long_holders_;
                lock_->long_.lock_shared();
            }
        }
        ~ForLong()
        {
            if (lock_ != nullptr) {
                lock_->long_.unlock_shared();
                --lock_->long_holders_;
            }
        }
        ForLong(const ForLong&) = delete;
        ForLong& operator=(const ForLong&) = delete;

    private:
        NameLock* const lock_;
    };

private:
    FairSharedMutex names_;
    FairSharedMutex long_;  // before names_
    std::atomic<unsigned> long_holders_ = 0;
};

// Held shared by whoever goes over much, who lets those go first now and then who change names.
class SharedNames {
public:
    explicit SharedNames(NameLock& lock)
        : lock_(lock)
    {
    }
    void let_others_in()
    {
        lock_.unlock();
        lock_.lock();
    }

private:
    std::shared_lock<NameLock> lock_;
};

}  // namespace bytestore::fs
