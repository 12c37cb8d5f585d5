#include "fs/core/mapped_memory.h"

#include <sys/mman.h>

namespace bytestore::fs {
namespace {

constexpr std::size_t kPage = std::size_t{64} << 10;  // or a multiple of what it is on any machine

void* map(std::size_t size)
{
    return ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

}  // namespace

bool MappedMemory::resize(std::size_t size)
{
    size = (size + kPage - 1) / kPage * kPage;
    void* const memory = data_ == nullptr ? map(size) : ::mremap(data_, size_, size, MREMAP_MAYMOVE);
    if (memory == MAP_FAILED) {
        return false;
    }
    data_ = static_cast<char*>(memory);
    size_ = size;
    return true;
}

void MappedMemory::clear()
{
    if (data_ != nullptr) {
        ::munmap(data_, size_);
    }
    data_ = nullptr;
    size_ = 0;
}

}  // namespace bytestore::fs
