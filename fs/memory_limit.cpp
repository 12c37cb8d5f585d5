#include "fs/memory_limit.h"

#include <unistd.h>

#include <algorithm>

namespace bytestore::fs {

std::uint64_t default_max_dirty()
{
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
    const auto pages = ::sysconf(_SC_PHYS_PAGES);
    const auto page = ::sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0
               ? std::min(kMost, static_cast<std::uint64_t>(pages) / 4 * static_cast<std::uint64_t>(page))
               : kMost;
}

bool MemoryLimit::take(std::uint64_t bytes)
{
    auto taken = taken_.load();
    do {
        if (bytes > most_ || taken > most_ - bytes) {
            return false;
        }
    } while (!taken_.compare_exchange_weak(taken, taken + bytes));
    return true;
}

}  // namespace bytestore::fs
