// How much memory a piece of work needs.
#pragma once

#include <cstdint>

namespace bytestore::test {

// From its making on. What the system cannot tell counts as none.
class PeakMemory {
public:
    PeakMemory();
    // By how many bytes the process was larger, at most, than it was at the beginning.
    std::uint64_t grown() const;

private:
    std::uint64_t begin_;
};

}  // namespace bytestore::test
