#include "fs/fuse/shutdown_signals.h"

#include <cstdlib>
#include <utility>

namespace bytestore::fuse {
namespace {

// Ends the wait of the watcher.
constexpr int kProd = SIGUSR1;

sigset_t signals_to_take()
{
    sigset_t set{};
    ::sigemptyset(&set);
    ::sigaddset(&set, kProd);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        struct sigaction current{};
        if (::sigaction(number, nullptr, &current) == 0 && current.sa_handler != SIG_IGN) {
            ::sigaddset(&set, number);
        }
    }
    return set;
}

}  // namespace

ShutdownSignals::ShutdownSignals()
    : signals_(signals_to_take())
{
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    watcher_ = std::thread([this] { watch(); });
}

ShutdownSignals::~ShutdownSignals()
{
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
    }
    ::pthread_kill(watcher_.native_handle(), kProd);
    watcher_.join();
}

void ShutdownSignals::watch()
{
    while (true) {
        int number = 0;
        if (::sigwait(&signals_, &number) == 0 && number != kProd) {
            shut_down();
        }
        const std::lock_guard lock(mutex_);
        if (quit_) {
            return;
        }
    }
}

void ShutdownSignals::shut_down()
{
    std::unique_lock lock(mutex_);
    if (phase_ == Phase::starting) {
        std::_Exit(EXIT_FAILURE);
    }
    if (std::exchange(phase_, Phase::ending) == Phase::serving) {
        calling_ = true;
        lock.unlock();
        end_();
        lock.lock();
        calling_ = false;
        changed_.notify_all();
    }
}

ShutdownSignals::Serving::Serving(ShutdownSignals& signals, std::function<void()> end)
    : signals_(signals)
{
    const std::lock_guard lock(signals_.mutex_);
    signals_.end_ = std::move(end);
    signals_.phase_ = Phase::serving;
}

ShutdownSignals::Serving::~Serving()
{
    std::unique_lock lock(signals_.mutex_);
    signals_.phase_ = Phase::ending;
    signals_.changed_.wait(lock, [this] { return !signals_.calling_; });
}

}  // namespace bytestore::fuse
