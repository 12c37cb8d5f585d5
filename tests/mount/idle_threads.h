// The threads of this process that run in idle time only, and how to wait for what they do.
#pragma once

#include <cstddef>
#include <thread>
#include <vector>

namespace bytestore::fuse {

std::vector<int> idle_threads();  // one that was joined may be there for a moment yet
std::size_t processors();         // that this process may run on

template <class Condition>
void wait_until(Condition condition)
{
    while (!condition()) {
        std::this_thread::yield();
    }
}

inline void wait_until_no_thread_is_idle()
{
    wait_until([] { return idle_threads().empty(); });
}

}  // namespace bytestore::fuse
