#include "engine/delayed_call.h"

#include <sched.h>
#include <unistd.h>

#include <utility>

namespace bytestore {
namespace {

// Whoever gives the first notice may be bound to one CPU, which a thread inherits. If it cannot be undone the thread
// works all the same.
void run_where_the_process_may()
{
    cpu_set_t cpus{};
    if (::sched_getaffinity(::getpid(), sizeof cpus, &cpus) == 0) {
        ::sched_setaffinity(0, sizeof cpus, &cpus);
    }
}

}  // namespace

DelayedCall::DelayedCall(std::chrono::milliseconds delay, std::function<void()> call)
    : delay_(delay), call_(std::move(call))
{
}

DelayedCall::~DelayedCall() =
    default;  // the thread is the last member, so it is stopped and joined before all else goes

void DelayedCall::notice()
{
    const std::lock_guard lock(mutex_);
    if (due_) {
        return;
    }
    due_ = true;
    if (!thread_.joinable()) {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    changed_.notify_one();
}

void DelayedCall::run(const std::stop_token& stop)
{
    run_where_the_process_may();
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return due_; })) {
                return;
            }
            changed_.wait_for(lock, stop, delay_, [] { return false; });
            if (stop.stop_requested()) {
                return;
            }
            due_ = false;
        }
        call_();
    }
}

}  // namespace bytestore
