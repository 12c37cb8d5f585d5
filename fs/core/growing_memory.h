// Memory of one piece that grows. A large one is of pages, which are moved, or taken of those that are spare, and given
// back to these.
#pragma once

#include "fs/core/mapped_memory.h"
#include "fs/core/spare_memory.h"

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace bytestore::fs {

// Threads: as a string.
class GrowingMemory {
public:
    explicit GrowingMemory(SpareMemory& spare)
        : spare_(spare)
    {
    }
    ~GrowingMemory() { clear(); }
    GrowingMemory(const GrowingMemory&) = delete;
    GrowingMemory& operator=(const GrowingMemory&) = delete;

    // nullptr while the capacity is 0.
    char* data() { return is_mapped() ? mapped_.data() : small_.get(); }
    const char* data() const { return is_mapped() ? mapped_.data() : small_.get(); }
    std::size_t capacity() const { return is_mapped() ? mapped_.size() : small_size_; }
    // Makes the capacity at least `capacity`; what was there stays, and what is new is undefined. False, and nothing
    // has changed, if there is too little memory.
    bool reserve(std::size_t capacity);
    void clear();

private:
    struct Free {
        void operator()(char* memory) const { std::free(memory); }
    };

    bool is_mapped() const { return mapped_.size() > 0; }
    bool reserve_small(std::size_t capacity);
    bool replace_by(MappedMemory larger);

    SpareMemory& spare_;
    // One of them, or none.
    std::unique_ptr<char, Free> small_;
    MappedMemory mapped_;
    std::size_t small_size_ = 0;
};

}  // namespace bytestore::fs
