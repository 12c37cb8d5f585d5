// What is held in memory because it is not stored yet, and how much of it there may be.
#pragma once

#include <atomic>
#include <cstdint>

namespace bytestore::fs {

// Bytes: a quarter of the machine's memory, and at most 1 GiB.
std::uint64_t default_max_dirty();

// Threads: every method may be called from any thread.
class MemoryLimit {
public:
    explicit MemoryLimit(std::uint64_t most)
        : most_(most)
    {
    }

    // False, and nothing is taken, if it would be more than the limit.
    bool take(std::uint64_t bytes);
    void give_back(std::uint64_t bytes) { taken_ -= bytes; }
    std::uint64_t most() const { return most_; }

private:
    const std::uint64_t most_;
    std::atomic<std::uint64_t> taken_{0};
};

}  // namespace bytestore::fs
