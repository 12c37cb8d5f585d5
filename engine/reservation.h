// A promise of disk space to what will be committed.
#pragma once

#include <cstdint>

namespace bytestore {

class LogSpace;

// Space that nobody else's commit takes: Store::reserve makes it larger, a commit of a batch that draws on it uses it
// up, and what is left is given back when it goes. That must be before its store goes. Threads: the owner's to guard.
class Reservation {
public:
    Reservation() = default;
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    ~Reservation() { release(); }

    std::uint64_t bytes() const { return bytes_; }
    void release() noexcept;

private:
    friend class LogSpace;

    LogSpace* space_ = nullptr;  // meaningless while bytes_ is 0
    std::uint64_t bytes_ = 0;
};

}  // namespace bytestore
