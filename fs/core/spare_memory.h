// Memory that large values gave back, kept for some seconds for the next: to write to pages that are there costs a
// fraction of what it costs the kernel to find new ones.
//
// Memory: `most` bytes, until they have been idle for one to two times `idle`.
//
// Threads: every method locks by itself.
#pragma once

#include "engine/delayed_call.h"
#include "fs/core/mapped_memory.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace bytestore::fs {

class SpareMemory {
public:
    explicit SpareMemory(std::size_t most, std::chrono::milliseconds idle = std::chrono::seconds(5));

    // At least `size` bytes, of which no more than some times as many are wasted; what they hold is undefined. Without
    // data if there is nothing like that.
    MappedMemory take(std::size_t size);
    // Keeps of it what there is room for, and lets go what was given before if there is no room for both.
    void give(MappedMemory memory) noexcept;
    std::size_t size() const;

private:
    struct Piece {
        MappedMemory memory;
        bool idle = false;
    };

    // Each returns what the kernel has to take back, which takes a while and should be done without the lock.
    std::vector<Piece> keep(MappedMemory memory);
    std::vector<Piece> idle_since_last_time();
    void look_after();

    const std::size_t most_;
    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::vector<Piece> pieces_;  // what was given last comes last
    std::size_t size_ = 0;       // of all of them

    DelayedCall idle_;  // last: it uses all of the above
};

}  // namespace bytestore::fs
