#include "fs/core/growing_memory.h"

#include <cstring>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::size_t kMapped = std::size_t{1} << 20;  // from here on it is mapped

}  // namespace

bool GrowingMemory::reserve(std::size_t capacity)
{
    if (capacity <= this->capacity()) {
        return true;
    }
    if (capacity < kMapped) {
        return reserve_small(capacity);
    }
    if (auto larger = spare_.take(capacity); larger.size() > 0) {
        return replace_by(std::move(larger));
    }
    if (is_mapped()) {
        return mapped_.resize(capacity);
    }
    MappedMemory larger;
    return larger.resize(capacity) && replace_by(std::move(larger));
}

bool GrowingMemory::reserve_small(std::size_t capacity)
{
    auto* const small = small_.release();
    auto* const grown = static_cast<char*>(std::realloc(small, capacity));
    small_.reset(grown == nullptr ? small : grown);
    if (grown == nullptr) {
        return false;
    }
    small_size_ = capacity;
    return true;
}

bool GrowingMemory::replace_by(MappedMemory larger)
{
    if (capacity() > 0) {
        std::memcpy(larger.data(), data(), capacity());
    }
    clear();
    mapped_ = std::move(larger);
    return true;
}

void GrowingMemory::clear()
{
    if (is_mapped()) {
        spare_.give(std::exchange(mapped_, {}));
    }
    small_.reset();
    small_size_ = 0;
}

}  // namespace bytestore::fs
