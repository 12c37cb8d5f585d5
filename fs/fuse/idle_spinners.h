// Keeps a processor awake for a while after each request that was served on it. Most requests follow one another at
// once, and whoever waits for an answer is often woken on an idle processor: if that one sleeps, and all the more if it
// is a virtual one that gave itself back to its host, waking it takes several times as long as the request.
//
// The threads run in the scheduling class for idle time (SCHED_IDLE, sched(7)), one bound to each processor: whatever
// else has work goes first, and the scheduler takes a processor on which nothing else runs for an idle one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>

namespace bytestore::fuse {

class IdleSpinners {
public:
    IdleSpinners() = default;
    ~IdleSpinners() { stop(); }
    IdleSpinners(const IdleSpinners&) = delete;
    IdleSpinners& operator=(const IdleSpinners&) = delete;

    // To be called once. Stays awake for `spin` each time; 0: nothing ever spins.
    void start(std::chrono::microseconds spin);
    // Returns when all threads are gone. Nothing is served any more.
    void stop();
    // The calling thread served a request. Any thread may call it, also before start.
    void served() noexcept;

private:
    struct alignas(64) Processor {  // a cache line of its own
        std::atomic<int> served = 0;
        std::thread thread;
    };

    void start_thread(std::size_t number);
    void keep_awake(Processor& processor) const;

    // Change in start only.
    std::chrono::microseconds spin_{};
    std::unique_ptr<Processor[]> processors_;  // by their numbers

    std::atomic<std::size_t> count_ = 0;  // of them, once they are there
    std::atomic<bool> stopped_ = false;
};

}  // namespace bytestore::fuse
