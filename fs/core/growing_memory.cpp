#include "fs/core/growing_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

namespace bytestore::fs {
namespace {

// From here on it is a mapping of its own, of whole pages.
constexpr std::size_t kMapped = std::size_t{1} << 20;
constexpr std::size_t kPage = std::size_t{64} << 10;  // or a multiple of what it is on any machine

char* map(std::size_t size)
{
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

}  // namespace

bool GrowingMemory::is_mapped() const
{
    return capacity_ >= kMapped;
}

bool GrowingMemory::reserve(std::size_t capacity)
{
    if (capacity <= capacity_) {
        return true;
    }
    char* grown = nullptr;
    if (capacity < kMapped) {
        grown = static_cast<char*>(std::realloc(data_, capacity));
    } else if (capacity = (capacity + kPage - 1) / kPage * kPage; is_mapped()) {
        void* const moved = ::mremap(data_, capacity_, capacity, MREMAP_MAYMOVE);
        grown = moved == MAP_FAILED ? nullptr : static_cast<char*>(moved);
    } else if (grown = map(capacity); grown != nullptr && data_ != nullptr) {
        std::memcpy(grown, data_, capacity_);
        std::free(data_);
    }
    if (grown == nullptr) {
        return false;
    }
    data_ = grown;
    capacity_ = capacity;
    return true;
}

void GrowingMemory::clear()
{
    if (is_mapped()) {
        ::munmap(data_, capacity_);
    } else {
        std::free(data_);
    }
    data_ = nullptr;
    capacity_ = 0;
}

}  // namespace bytestore::fs
