// A thread that makes one call some time after it was asked to, however often it was asked meanwhile. A call that
// throws, for lack of memory, is made again a second later.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace bytestore {

class DelayedCall {
public:
    DelayedCall(std::chrono::milliseconds delay, std::function<void()> call);
    ~DelayedCall();  // waits for a call under way; one that is due but has not begun is not made
    DelayedCall(const DelayedCall&) = delete;
    DelayedCall& operator=(const DelayedCall&) = delete;

    // The call is made one delay from now, unless it is due earlier already. The thread starts with the first notice,
    // so that a reader of one value never pays for it. If it cannot be started, nothing is due, and the next notice
    // tries again.
    void notice() noexcept;

private:
    bool is_running_locked() noexcept;
    void run(const std::stop_token& stop);
    // False: the end has come.
    bool wait(const std::stop_token& stop, std::chrono::milliseconds delay);
    bool make() const noexcept;

    const std::chrono::milliseconds delay_;
    const std::function<void()> call_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool due_ = false;  // guarded by mutex_
    std::jthread thread_;
};

}  // namespace bytestore
