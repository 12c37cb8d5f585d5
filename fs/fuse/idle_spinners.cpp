#include "fs/fuse/idle_spinners.h"

#include <pthread.h>
#include <sched.h>

#include <exception>

namespace bytestore::fuse {
namespace {

using Clock = std::chrono::steady_clock;

// False: the calling thread would be in the way of others.
bool bind_to_idle_time_of(std::size_t processor)
{
    cpu_set_t only{};
    CPU_SET(processor, &only);
    const sched_param none{};
    return ::pthread_setaffinity_np(::pthread_self(), sizeof only, &only) == 0 &&
           ::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none) == 0;
}

}  // namespace

void IdleSpinners::start(std::chrono::microseconds spin)
{
    cpu_set_t allowed{};
    if (spin.count() == 0 || ::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return;
    }
    std::size_t count = CPU_SETSIZE;
    while (count > 0 && !CPU_ISSET(count - 1, &allowed)) {
        --count;
    }
    spin_ = spin;
    processors_ = std::make_unique<Processor[]>(count);
    for (std::size_t number = 0; number < count; ++number) {
        if (CPU_ISSET(number, &allowed)) {
            start_thread(number);
        }
    }
    count_ = count;
}

// Without its thread a processor sleeps as ever.
void IdleSpinners::start_thread(std::size_t number)
{
    auto& processor = processors_[number];
    try {
        processor.thread = std::thread([this, &processor, number] {
            if (bind_to_idle_time_of(number)) {
                keep_awake(processor);
            }
        });
    } catch (const std::exception&) {
        return;
    }
}

void IdleSpinners::stop()
{
    stopped_ = true;
    for (std::size_t number = 0; number < count_; ++number) {
        auto& processor = processors_[number];
        ++processor.served;
        processor.served.notify_one();
        if (processor.thread.joinable()) {
            processor.thread.join();
        }
    }
}

void IdleSpinners::served() noexcept
{
    const int number = ::sched_getcpu();
    if (number >= 0 && static_cast<std::size_t>(number) < count_) {
        auto& served = processors_[static_cast<std::size_t>(number)].served;
        ++served;
        served.notify_one();
    }
}

void IdleSpinners::keep_awake(Processor& processor) const
{
    int known = 0;
    while (!stopped_) {
        processor.served.wait(known);
        for (auto until = Clock::now() + spin_; !stopped_ && Clock::now() < until;) {
            if (const int served = processor.served.load(std::memory_order_relaxed); served != known) {
                known = served;
                until = Clock::now() + spin_;
            }
        }
    }
}

}  // namespace bytestore::fuse
