// Memory of one piece that grows, which costs a large one no copying: its pages are moved, not what is on them.
#pragma once

#include <cstddef>

namespace bytestore::fs {

// Threads: as a string.
class GrowingMemory {
public:
    GrowingMemory() = default;
    ~GrowingMemory() { clear(); }
    GrowingMemory(const GrowingMemory&) = delete;
    GrowingMemory& operator=(const GrowingMemory&) = delete;

    // nullptr while the capacity is 0.
    char* data() { return data_; }
    const char* data() const { return data_; }
    std::size_t capacity() const { return capacity_; }
    // Makes the capacity at least `capacity`; what was there stays, and what is new is undefined. False, and nothing
    // has changed, if there is too little memory.
    bool reserve(std::size_t capacity);
    void clear();

private:
    bool is_mapped() const;

    char* data_ = nullptr;
    std::size_t capacity_ = 0;
};

}  // namespace bytestore::fs
