#include "fs/fuse/keep_awake.h"

#include <exception>

namespace bytestore::fuse {

void KeepAwake::start(std::chrono::microseconds spin, Otherwise otherwise, const IdleLatency::Paths& paths)
{
    if (spin.count() == 0) {
        return;
    }
    spin_ = spin;
    latency_ = IdleLatency::open(paths);
    if (!latency_) {
        if (otherwise == Otherwise::spinners) {
            spinners_.start(spin);
        }
        return;
    }
    try {
        watcher_ = std::thread([this] { watch(); });
    } catch (const std::exception&) {
        return;  // they sleep as ever
    }
}

void KeepAwake::stop()
{
    if (watcher_.joinable()) {
        stopped_ = true;
        served_ = true;
        served_.notify_one();
        watcher_.join();
    }
    spinners_.stop();
}

void KeepAwake::served() noexcept
{
    if (!served_.load(std::memory_order_relaxed)) {
        served_ = true;
        served_.notify_one();
    }
    spinners_.served();
}

void KeepAwake::watch()
{
    while (!stopped_) {
        served_.wait(false);
        latency_->limit();
        while (served_.exchange(false) && !stopped_) {
            std::this_thread::sleep_for(spin_);
        }
        latency_->lift();
    }
}

}  // namespace bytestore::fuse
