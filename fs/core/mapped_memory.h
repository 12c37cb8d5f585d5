// Pages of memory from the kernel, for one large piece: it grows by moving pages, not what is on them.
#pragma once

#include <cstddef>
#include <utility>

namespace bytestore::fs {

// Threads: as a string. Sizes are rounded up to whole pages.
class MappedMemory {
public:
    MappedMemory() = default;
    ~MappedMemory() { clear(); }
    MappedMemory(const MappedMemory&) = delete;
    MappedMemory& operator=(const MappedMemory&) = delete;
    MappedMemory(MappedMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0))
    {
    }
    MappedMemory& operator=(MappedMemory&& other) noexcept
    {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }

    char* data() { return data_; }
    const char* data() const { return data_; }
    std::size_t size() const { return size_; }
    // Makes it of `size` bytes, which are not 0; what was there stays, and what is new is undefined. False, and nothing
    // has changed, if there is too little memory.
    bool resize(std::size_t size);
    void clear();

private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace bytestore::fs
