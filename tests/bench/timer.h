// What the calling thread has used since the timer was made. Its time on a processor is what is compared: others that
// run on the machine disturb it little. (So the background threads of a peer cost it nothing here.)
#pragma once

#include <time.h>

namespace bytestore::bench {

inline constexpr double kNano = 1e9;  // of a second

class Timer {
public:
    double cpu_seconds() const { return clock(CLOCK_THREAD_CPUTIME_ID) - cpu_; }
    double wall_seconds() const { return clock(CLOCK_MONOTONIC) - wall_; }

private:
    static double clock(clockid_t id)
    {
        timespec now = {};
        ::clock_gettime(id, &now);
        return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
    }

    double cpu_ = clock(CLOCK_THREAD_CPUTIME_ID);
    double wall_ = clock(CLOCK_MONOTONIC);
};

}  // namespace bytestore::bench
