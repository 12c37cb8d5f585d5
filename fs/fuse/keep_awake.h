// Keeps processors awake for a while after each answer. Most requests follow one another at once, and whoever waits for
// an answer is often woken on an idle processor: if that one sleeps, and all the more if it is a virtual one that gave
// itself back to its host, waking it takes several times as long as the request.
//
// Where it may, it limits how long idle processors may take to wake (IdleLatency). Where not, and nothing else spins,
// threads keep them busy (IdleSpinners): these take from other sessions' time as well where the scheduler shares it out
// between sessions first (sched(7), "The autogroup feature").
#pragma once

#include "fs/fuse/idle_latency.h"
#include "fs/fuse/idle_spinners.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

namespace bytestore::fuse {

class KeepAwake {
public:
    enum class Otherwise : std::uint8_t { nothing, spinners };  // without a limit

    KeepAwake() = default;
    ~KeepAwake() { stop(); }
    KeepAwake(const KeepAwake&) = delete;
    KeepAwake& operator=(const KeepAwake&) = delete;

    // To be called once. Awake for about `spin` each time, for some milliseconds where requests came for longer; 0:
    // never.
    void start(std::chrono::microseconds spin, Otherwise otherwise, const IdleLatency::Paths& paths = {});
    // Returns when all threads are gone. Nothing is served any more.
    void stop();
    // The calling thread served a request. Any thread may call it, also before start.
    void served() noexcept;

private:
    void watch();

    // Change in start only.
    std::chrono::microseconds spin_{};
    std::optional<IdleLatency> latency_;

    std::atomic<bool> served_ = false;  // lately
    std::atomic<bool> stopped_ = false;
    std::thread watcher_;  // sets the limit, and lifts it when nothing is served any more
    IdleSpinners spinners_;
};

}  // namespace bytestore::fuse
