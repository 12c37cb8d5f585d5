#include "fs/core/buffer.h"

#include <fmt/format.h>

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
