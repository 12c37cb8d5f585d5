// Requests that come over io_uring (libfuse 3.18 and later). libfuse takes them on threads of its own, one for each CPU
// and bound to it, for requests that were made there. What comes over /dev/fuse meanwhile, such as FORGET, is read by
// RequestLoop as ever.
#pragma once

#include "fs/fuse/fuse_api.h"
#include "fs/fuse/keep_awake.h"
#include "fs/fuse/waiting_threads.h"

#include <atomic>

namespace bytestore::fuse {

class Rings {
public:
    // Both have to outlive this.
    Rings(fuse_session* session, KeepAwake& awake)
        : session_(session), awake_(awake)
    {
    }

    // Made by whoever processes a request of a ring, for as long as that takes.
    class Visit {
    public:
        // nullptr: the request is none of a ring's.
        explicit Visit(Rings* rings);
        ~Visit();
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;

    private:
        Rings* const rings_;
    };

    // A thread of a ring cannot hand over to another: for requests that may wait.
    WaitingThreads& waiting_threads() { return waiting_threads_; }

    // To be called once, with the session running over io_uring.
    void start() { waiting_threads_.start(); }
    // Returns when every request that was begun is answered, and libfuse's threads are gone. The session has ended.
    void end();

private:
    fuse_session* const session_;
    KeepAwake& awake_;
    WaitingThreads waiting_threads_;
    std::atomic<unsigned> visits_ = 0;
};

}  // namespace bytestore::fuse
