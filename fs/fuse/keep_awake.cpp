#include "fs/fuse/keep_awake.h"

#include <algorithm>
#include <exception>

namespace bytestore::fuse {
namespace {

// Between two looks at whether requests still come; the longer they have come the rarer.
constexpr std::chrono::microseconds kLongestPause{4000};

}  // namespace

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
    const auto longest = std::max(spin_, kLongestPause);
    while (!stopped_) {
        served_.wait(false);
        latency_->limit();
        for (auto pause = spin_; served_.exchange(false) && !stopped_; pause = std::min(2 * pause, longest)) {
            std::this_thread::sleep_for(pause);
        }
        latency_->lift();
    }
}

}  // namespace bytestore::fuse
