#include "fs/fuse/rings.h"

#include <pthread.h>

#include <chrono>
#include <thread>

namespace bytestore::fuse {

// libfuse cancels its threads at the end, also while they process a request. They end without that as well.
Rings::Visit::Visit(Rings* rings)
    : rings_(rings)
{
    if (rings_ != nullptr) {
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
        ++rings_->visits_;
    }
}

Rings::Visit::~Visit()
{
    if (rings_ != nullptr) {
        rings_->awake_.served();
        --rings_->visits_;
    }
}

// A ring's thread sends its answers after the last of the requests that it found, and leaves then, for the session has
// ended. But at the prod with which fuse_session_loop ends them it leaves without sending. That is all that this loop
// does for a session that has ended.
void Rings::end()
{
    constexpr std::chrono::milliseconds kToSend{2};
    waiting_threads_.finish();
    do {
        std::this_thread::sleep_for(kToSend);
    } while (visits_ != 0);
    fuse_session_loop(session_);
}

}  // namespace bytestore::fuse
