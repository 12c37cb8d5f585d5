// The content of a file in memory, while it is open for writing, and what all of them may take together.
#pragma once

#include "engine/result.h"
#include "fs/memory_limit.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::fs {

// Bytes, of which no more are in memory than were claimed of the limit. The limit outlives it. Threads: as a string.
class Buffer {
public:
    explicit Buffer(MemoryLimit& limit)
        : limit_(limit)
    {
    }
    ~Buffer() { clear(); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    const std::string& bytes() const { return bytes_; }
    std::uint64_t size() const { return bytes_.size(); }

    // Room for `size` bytes in all; what was claimed stays so until `clear`. False if the limit does not allow it.
    bool claim(std::uint64_t size);
    // These two within what was claimed. On error nothing changed.
    void assign(std::string bytes) { bytes_ = std::move(bytes); }
    Status resize(std::uint64_t size);  // fills up with zeros
    // Inside the size.
    void put(std::uint64_t offset, std::string_view bytes);
    void clear();

private:
    void make_room(std::size_t size);

    MemoryLimit& limit_;
    std::uint64_t claimed_ = 0;
    std::string bytes_;
};

}  // namespace bytestore::fs
