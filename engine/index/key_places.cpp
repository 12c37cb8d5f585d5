#include "engine/index/key_places.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bytestore {

IndexHash index_hash(std::string_view key)
{
    return static_cast<IndexHash>(XXH3_64bits(key.data(), key.size()));
}

KeyPlaces::KeyPlaces(std::span<const IndexHash> hashes, std::size_t in_block)
    : cells_(hashes.size() + hashes.size() / 4 + 1)
{
    for (std::size_t rank = 0; rank < hashes.size(); ++rank) {
        std::size_t at = home_of(hashes[rank]);
        while (cells_[at] != kEmpty) {
            at = at + 1 == cells_.size() ? 0 : at + 1;
        }
        cells_[at] = static_cast<Cell>(piece_of(hashes[rank]) | rank / in_block);
    }
}

}  // namespace bytestore
