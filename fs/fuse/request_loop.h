// Reads the kernel's requests and has them processed, by as few threads as can be (leaders and followers: Schmidt and
// others, "Leader/Followers", PLoP 2000). One thread leads: it reads a request, processes it and reads the next, which
// spares waking another thread for each. The others are parked.
//
// A request that may wait says so before it does (hand_over), and another thread leads. If one takes long without
// having said so, a parked thread notices within milliseconds, and leads.
//
// A leader that finds no request goes on asking for a while, the spin, and only then sleeps until there is one: most
// requests follow closely on an answer, and being woken takes longer than that. The price is that much time of one CPU
// after each burst, which goes to anybody else who wants it.
#pragma once

#include "engine/result.h"
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/keep_awake.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace bytestore::fuse {

class RequestLoop {
public:
    struct Pace {
        std::chrono::microseconds spin{};  // 0: the leader sleeps at once
        // For requests that nobody waits for, such as FORGET: once woken the leader lets others come together so long.
        std::chrono::milliseconds rest{};
        KeepAwake* awake = nullptr;  // hears of each request, if there is one
    };

    // `session` has to outlive this.
    explicit RequestLoop(fuse_session* session);
    ~RequestLoop();
    RequestLoop(const RequestLoop&) = delete;
    RequestLoop& operator=(const RequestLoop&) = delete;

    // Used once each, in this order, with the session mounted. The first of the kernel's messages settles how the
    // others come. run returns when the file system was unmounted, stop was called or reading fails, which is an error;
    // every request that was begun is answered then.
    Status answer_first();
    Status run(Pace pace);
    // Any thread may call it, at any time.
    void stop();

    // For whoever processes a request, before he waits for something. Elsewhere it does nothing.
    static void hand_over();

private:
    struct Buffer;
    struct Worker;

    void work();
    bool await_turn(Worker& worker);
    bool finds_it_stuck_locked();
    void lead(Worker& worker);
    void ask_to_be_watched();
    bool receive(Worker& worker);
    void sleep_until_request() const;
    void pass_on(const Worker& worker);
    void start_worker_locked();
    void end(Status status);

    fuse_session* const session_;
    const int wake_;  // an eventfd that is readable once stop was called
    Pace pace_;       // changes in run only

    std::atomic<const Worker*> leader_ = nullptr;  // changes with mutex_ held; nullptr: whoever comes first
    std::atomic<bool> active_ = false;             // requests came lately: the leader is watched

    std::mutex mutex_;
    // Guarded by mutex_.
    std::condition_variable turn_;
    std::vector<std::thread> threads_;
    unsigned parked_ = 0;
    bool watched_ = false;  // by one of those
    const Worker* seen_leader_ = nullptr;
    std::uint64_t seen_step_ = 0;
    unsigned quiet_ticks_ = 0;
    bool ended_ = false;
    Status status_;
};

}  // namespace bytestore::fuse
