#include "engine/delayed_call.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace bytestore {
namespace {

constexpr auto kAgain = std::chrono::seconds(1);

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

void DelayedCall::notice() noexcept
{
    const std::lock_guard lock(mutex_);
    if (!due_ && is_running_locked()) {
        due_ = true;
        changed_.notify_one();
    }
}

bool DelayedCall::is_running_locked() noexcept
{
    try {
        if (!thread_.joinable()) {
            thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
        }
    } catch (const std::exception&) {
        return false;
    }
    return true;
}

void DelayedCall::run(const std::stop_token& stop)
{
    run_where_the_process_may();
    for (auto delay = delay_; wait(stop, delay);) {
        const bool made = make();
        delay = made ? delay_ : std::max<std::chrono::milliseconds>(delay_, kAgain);
        if (!made) {
            notice();
        }
    }
}

bool DelayedCall::wait(const std::stop_token& stop, std::chrono::milliseconds delay)
{
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return due_; })) {
        return false;
    }
    changed_.wait_for(lock, stop, delay, [] { return false; });
    due_ = false;
    return !stop.stop_requested();
}

bool DelayedCall::make() const noexcept
{
    try {
        call_();
    } catch (const std::exception&) {
        return false;
    }
    return true;
}

}  // namespace bytestore
