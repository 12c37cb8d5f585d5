#include "fs/fuse/shutdown_signals.h"

#include <chrono>
#include <cstdlib>
#include <utility>

namespace bytestore::fuse {
namespace {

// Interrupts the wait of the session's loop, and that of the watcher at the end.
constexpr int kProd = SIGUSR1;
constexpr std::chrono::milliseconds kProdAgain{10};

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

sigset_t only(int number)
{
    sigset_t set{};
    ::sigemptyset(&set);
    ::sigaddset(&set, number);
    return set;
}

}  // namespace

ShutdownSignals::ShutdownSignals()
    : signals_(signals_to_take())
{
    struct sigaction prod{};
    prod.sa_handler = [](int) {};  // without SA_RESTART, for the interruption is its whole effect
    ::sigaction(kProd, &prod, &old_prod_);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    watcher_ = std::thread([this] { watch(); });
    const sigset_t prods = only(kProd);
    ::pthread_sigmask(SIG_UNBLOCK, &prods, nullptr);
}

ShutdownSignals::~ShutdownSignals()
{
    {
        const std::lock_guard lock(mutex_);
        quit_ = true;
    }
    ::pthread_kill(watcher_.native_handle(), kProd);
    watcher_.join();
    ::sigaction(kProd, &old_prod_, nullptr);
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
    if (phase_ == Phase::serving) {
        calling_ = true;
        lock.unlock();
        before_exit_();
        lock.lock();
        calling_ = false;
        changed_.notify_all();
    }
    if (phase_ == Phase::serving) {
        fuse_session_exit(session_);
    }
    // libfuse checks for the exit and then waits, and a prod between the two is lost: hence more than one.
    while (phase_ == Phase::serving) {
        ::pthread_kill(server_, kProd);
        changed_.wait_for(lock, kProdAgain);
    }
}

ShutdownSignals::Serving::Serving(ShutdownSignals& signals, fuse_session* session, std::function<void()> before_exit)
    : signals_(signals)
{
    const std::lock_guard lock(signals_.mutex_);
    signals_.before_exit_ = std::move(before_exit);
    signals_.session_ = session;
    signals_.server_ = ::pthread_self();
    signals_.phase_ = Phase::serving;
}

ShutdownSignals::Serving::~Serving()
{
    {
        std::unique_lock lock(signals_.mutex_);
        signals_.phase_ = Phase::ending;
        signals_.session_ = nullptr;
        signals_.changed_.wait(lock, [this] { return !signals_.calling_; });
    }
    signals_.changed_.notify_all();
}

}  // namespace bytestore::fuse
