#include "tests/mount/idle_threads.h"

#include <sched.h>

#include <filesystem>
#include <string>

namespace bytestore::fuse {

std::vector<int> idle_threads()
{
    std::vector<int> threads;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        const int thread = std::stoi(task.path().filename());
        if (::sched_getscheduler(thread) == SCHED_IDLE) {
            threads.push_back(thread);
        }
    }
    return threads;
}

std::size_t processors()
{
    cpu_set_t all{};
    ::sched_getaffinity(0, sizeof all, &all);
    return static_cast<std::size_t>(CPU_COUNT(&all));
}

}  // namespace bytestore::fuse
