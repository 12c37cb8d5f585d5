// Tells in one look in which block of a base a key would be, where a search by halves would look at many: most of what
// a lookup costs in a large index is waiting for memory.
//
// An open-addressed table of two bytes a cell: a piece of the key's hash, and the block. It is often wrong about a key
// that is not there, and never about one that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace bytestore {

using IndexHash = std::uint32_t;

IndexHash index_hash(std::string_view key);

class KeyPlaces {
public:
    static constexpr std::size_t kMostBlocks = 128;

    // Knows nothing.
    KeyPlaces() = default;
    // Of keys with these hashes, in their order, `in_block` in each block but the last; at most kMostBlocks blocks.
    KeyPlaces(std::span<const IndexHash> hashes, std::size_t in_block);

    bool known() const { return !cells_.empty(); }
    std::size_t memory_bytes() const { return cells_.capacity() * sizeof(Cell); }
    // Asks `look` about each block that may hold a key of this hash, until it returns true.
    template <class Look>
    void search(IndexHash hash, Look look) const
    {
        const Cell piece = piece_of(hash);
        for (std::size_t at = home_of(hash); cells_[at] != kEmpty; at = at + 1 == cells_.size() ? 0 : at + 1) {
            if ((cells_[at] & ~kBlockMask) == piece && look(std::size_t{cells_[at]} & kBlockMask)) {
                return;
            }
        }
    }

private:
    using Cell = std::uint16_t;  // the piece of the hash, never 0, above the block
    static constexpr Cell kEmpty = 0;
    static constexpr Cell kBlockMask = kMostBlocks - 1;

    static Cell piece_of(IndexHash hash)
    {
        const auto piece = static_cast<Cell>(hash & ~std::uint32_t{kBlockMask});
        return piece == 0 ? kMostBlocks : piece;
    }
    std::size_t home_of(IndexHash hash) const { return std::uint64_t{hash} * cells_.size() >> 32; }

    std::vector<Cell> cells_;
};

}  // namespace bytestore
