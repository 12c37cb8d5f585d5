// A set of ranks (positions in an ordered sequence of fixed length), one bit each. Finding the next rank that is not in
// it costs a sixty-fourth of the run that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bytestore {

class RankSet {
public:
    // Empty, for ranks below `size`.
    explicit RankSet(std::size_t size = 0);

    void insert(std::size_t rank) noexcept;  // no effect if it is there
    bool erase(std::size_t rank) noexcept;   // whether it was there
    bool contains(std::size_t rank) const noexcept;
    // The lowest rank from `rank` on that is not in the set; at least `size` if there is none.
    std::size_t next_absent(std::size_t rank) const noexcept;

    std::size_t count() const noexcept { return count_; }
    std::size_t memory_bytes() const noexcept { return words_.capacity() * sizeof(std::uint64_t); }

private:
    std::vector<std::uint64_t> words_;
    std::size_t count_ = 0;
};

}  // namespace bytestore
