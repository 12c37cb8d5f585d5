#include "fs/core/buffer.h"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <utility>

namespace bytestore::fs {

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
        make_room(static_cast<std::size_t>(size));
        bytes_.resize(static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {
        return fail(Errc::no_memory, fmt::format("no memory for a value of {} bytes", size));
    }
    return {};
}

// A large value that grows is seldom moved: each time costs new pages for all of it. Those that are never written to
// are none of memory.
void Buffer::make_room(std::size_t size)
{
    constexpr std::size_t kLarge = std::size_t{4} << 20;
    constexpr std::size_t kGrowth = 4;
    if (size <= bytes_.capacity() || bytes_.empty() || size < kLarge) {
        return;
    }
    try {
        bytes_.reserve(kGrowth * size);
    } catch (const std::exception&) {
        return;  // the string asks for less
    }
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
