// For what is held for a few microseconds by one of many requests at a time: who waits looks again for about as long
// before he sleeps, for to be woken takes longer than that.
#pragma once

#include <mutex>
#include <thread>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace bytestore {

// Tries until it succeeds, or for some microseconds; whether it did. One processor alone has nothing to wait for.
template <class Try>
bool spin(Try attempt)
{
    static const int most = std::thread::hardware_concurrency() > 1 ? 100 : 1;
    for (int i = 0; i < most; ++i) {
        if (attempt()) {
            return true;
        }
#ifdef __SSE2__
        _mm_pause();
#endif
    }
    return false;
}

// A std::mutex but for that.
class SpinningMutex {
public:
    void lock()
    {
        if (!spin([this] { return mutex_.try_lock(); })) {
            mutex_.lock();
        }
    }
    bool try_lock() { return mutex_.try_lock(); }
    void unlock() { mutex_.unlock(); }

private:
    std::mutex mutex_;
};

}  // namespace bytestore
