// SIGTERM, SIGINT and SIGHUP end the daemon in order. A thread of their own takes them, so that nothing runs in a
// signal handler and no other thread is interrupted; those that were ignored when the process started (nohup) stay
// ignored.
//
// Before a Serving exists a signal ends the process at once, as a crash would; after it signals are ignored, since the
// end is near.
#pragma once

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace bytestore::fuse {

class ShutdownSignals {
public:
    // To be made before any other thread, which inherits that these signals are blocked.
    ShutdownSignals();
    ~ShutdownSignals();
    ShutdownSignals(const ShutdownSignals&) = delete;
    ShutdownSignals& operator=(const ShutdownSignals&) = delete;

    // While this lives a signal calls `end`, once and on another thread. It ends no sooner than that call.
    class Serving {
    public:
        Serving(ShutdownSignals& signals, std::function<void()> end);
        ~Serving();
        Serving(const Serving&) = delete;
        Serving& operator=(const Serving&) = delete;

    private:
        ShutdownSignals& signals_;
    };

private:
    enum class Phase : std::uint8_t { starting, serving, ending };

    void watch();
    void shut_down();

    sigset_t signals_{};

    std::mutex mutex_;
    // Guarded by mutex_.
    std::condition_variable changed_;
    Phase phase_ = Phase::starting;
    bool quit_ = false;
    bool calling_ = false;  // end_ runs
    std::function<void()> end_;

    std::thread watcher_;  // last: it uses all of the above
};

}  // namespace bytestore::fuse
