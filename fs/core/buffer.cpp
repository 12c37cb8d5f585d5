#include "fs/core/buffer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

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

bool BufferLimit::take(std::uint64_t bytes)
{
    auto taken = taken_.load();
    do {
        if (bytes > most_ || taken > most_ - bytes) {
            return false;
        }
    } while (!taken_.compare_exchange_weak(taken, taken + bytes));
    return true;
}

bool Buffer::claim(std::uint64_t size)
{
    if (size > claimed_) {
        if (!limit_.take(size - claimed_)) {
            return false;
        }
        claimed_ = size;
    }
    return true;
}

Status Buffer::resize(std::uint64_t size)
{
    try {
        bytes_.resize(static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {
        return fail(Errc::no_memory, fmt::format("no memory for a value of {} bytes", size));
    }
    return {};
}

void Buffer::put(std::uint64_t offset, std::string_view bytes)
{
    bytes.copy(bytes_.data() + offset, bytes.size());
}

void Buffer::clear()
{
    std::string().swap(bytes_);
    limit_.give_back(std::exchange(claimed_, 0));
}

}  // namespace bytestore::fs
