// The lock over names: shared by everything that needs a node's key to stay what it is, exclusive for what changes
// names. Unlike std::shared_mutex it lets a waiting writer go before readers that come later, so that a rename is never
// starved.
#pragma once

#include "engine/spinning_mutex.h"

#include <pthread.h>

#include <shared_mutex>

namespace bytestore::fs {

class NameLock {
public:
    NameLock()
    {
        pthread_rwlockattr_t attributes;
        ::pthread_rwlockattr_init(&attributes);
        ::pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
        ::pthread_rwlock_init(&lock_, &attributes);
        ::pthread_rwlockattr_destroy(&attributes);
    }
    ~NameLock() { ::pthread_rwlock_destroy(&lock_); }
    NameLock(const NameLock&) = delete;
    NameLock& operator=(const NameLock&) = delete;

    // For std::unique_lock and std::shared_lock.
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
