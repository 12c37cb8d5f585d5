// Tells in one look, for which the processor's nearest cache is enough, that a hash is not among those that are held,
// when they are few. Wrong now and then about one that is not, never about one that is. A counting Bloom filter of one
// hash (L. Fan and others, "Summary Cache", IEEE/ACM Transactions on Networking, 2000).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace bytestore::fs {

class CountingFilter {
public:
    void add(std::uint64_t hash)
    {
        auto& count = counts_[place_of(hash)];
        count += count < kMany ? 1 : 0;
    }
    // One that was added.
    void remove(std::uint64_t hash)
    {
        auto& count = counts_[place_of(hash)];
        count -= count < kMany ? 1 : 0;
    }
    bool may_have(std::uint64_t hash) const { return counts_[place_of(hash)] != 0; }

private:
    using Count = std::uint16_t;
    static constexpr auto kMany = std::numeric_limits<Count>::max();  // not counted any more, and stays so
    static constexpr unsigned kBits = 13;

    static std::size_t place_of(std::uint64_t hash) { return static_cast<std::size_t>(hash >> (64 - kBits)); }

    std::array<Count, std::size_t{1} << kBits> counts_{};
};

}  // namespace bytestore::fs
