// The content of a file in memory, while it is open for writing, and what all of them may take together.
#pragma once

#include "engine/result.h"
#include "fs/core/growing_memory.h"
#include "fs/memory_limit.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bytestore::fs {

// Bytes, of which no more are in memory than were claimed of the limit. The limit and the spare memory outlive it.
// Threads: as a string.
class Buffer {
public:
    Buffer(MemoryLimit& limit, SpareMemory& spare)
        : limit_(limit), memory_(spare)
    {
    }
    ~Buffer() { clear(); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    // Until the next change.
    std::string_view bytes() const { return {memory_.data(), size_}; }
    std::uint64_t size() const { return size_; }

    // Room for `size` bytes in all; what was claimed stays so until `clear`. False if the limit does not allow it.
    bool claim(std::uint64_t size);
    // These two within what was claimed; what is left out before the bytes becomes zeros. On error nothing changed.
    Status resize(std::uint64_t size);
    Status write(std::uint64_t offset, std::string_view bytes);
    void clear();

private:
    Status make_room(std::uint64_t size);
    void fill_up(std::size_t size);

    MemoryLimit& limit_;
    std::uint64_t claimed_ = 0;
    GrowingMemory memory_;
    std::size_t size_ = 0;
};

}  // namespace bytestore::fs
