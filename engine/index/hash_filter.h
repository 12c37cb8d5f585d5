// Tells in one look that a hash is not in a set of them. A Bloom filter of one hash: it is sometimes wrong about one
// that is not there, and never about one that is.
#pragma once

#include "engine/index/key_places.h"
#include "engine/index/rank_set.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace bytestore {

class HashFilter {
public:
    // Knows nothing: every hash may be there.
    HashFilter() = default;
    // Of `hashes`, with room for `room` of them in all. One in eight that are not there is taken for one that is, once
    // it is full.
    HashFilter(std::span<const IndexHash> hashes, std::size_t room)
        : bits_(room * kBitsAHash + kLeastBits), room_(room), set_(bits_)
    {
        for (const IndexHash hash : hashes) {
            add(hash);
        }
    }

    bool may_have(IndexHash hash) const { return bits_ == 0 || set_.contains(bit_of(hash)); }
    // False: there was no room, and it is wrong more often now; or it knows nothing, and that stays so.
    bool add(IndexHash hash) noexcept
    {
        if (bits_ != 0) {
            set_.insert(bit_of(hash));
        }
        const bool had_room = room_ > 0;
        room_ -= had_room ? 1 : 0;
        return had_room;
    }
    std::size_t memory_bytes() const { return set_.memory_bytes(); }

private:
    static constexpr std::size_t kBitsAHash = 8;
    static constexpr std::size_t kLeastBits = 64;

    std::size_t bit_of(IndexHash hash) const { return std::uint64_t{hash} * bits_ >> 32; }

    std::size_t bits_ = 0;  // none: it knows nothing
    std::size_t room_ = 0;  // for more
    RankSet set_;
};

}  // namespace bytestore
