#include "fs/core/buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
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
    TRY(make_room(size));
    fill_up(static_cast<std::size_t>(size));
    size_ = static_cast<std::size_t>(size);
    return {};
}

Status Buffer::write(std::uint64_t offset, std::string_view bytes)
{
    const auto end = offset + bytes.size();
    TRY(make_room(end));
    fill_up(static_cast<std::size_t>(offset));
    bytes.copy(memory_.data() + offset, bytes.size());
    size_ = std::max(size_, static_cast<std::size_t>(end));
    return {};
}

// One that grows is likely to grow on. Pages that are never written to are none of memory.
Status Buffer::make_room(std::uint64_t size)
{
    const auto needed = static_cast<std::size_t>(size);
    if (needed <= memory_.capacity() || memory_.reserve(std::max(needed, 2 * size_)) || memory_.reserve(needed)) {
        return {};
    }
    return fail(Errc::no_memory, fmt::format("no memory for a value of {} bytes", size));
}

// With zeros.
void Buffer::fill_up(std::size_t size)
{
    if (size > size_) {
        std::memset(memory_.data() + size_, 0, size - size_);
        size_ = size;
    }
}

void Buffer::clear()
{
    memory_.clear();
    size_ = 0;
    limit_.give_back(std::exchange(claimed_, 0));
}

}  // namespace bytestore::fs
