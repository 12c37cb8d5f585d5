// What a base knows of its keys besides the packed bytes, so that most questions need no search: two to three bytes a
// key.
#pragma once

#include "engine/index/group_filter.h"
#include "engine/index/key_places.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace bytestore {

struct KeyHints {
    class Collector;

    KeyPlaces places;
    GroupFilter groups;

    std::size_t memory_bytes() const { return places.memory_bytes() + groups.memory_bytes(); }
};

class KeyHints::Collector {
public:
    // Keys come in their order.
    void add(std::string_view key)
    {
        hashes_.push_back(index_hash(key));
        groups_.add(key);
    }
    // For blocks of `in_block` keys. None if there are too many of them.
    KeyHints finish(std::size_t in_block) const
    {
        if (hashes_.size() > KeyPlaces::kMostBlocks * in_block) {
            return {};
        }
        return {.places = KeyPlaces(hashes_, in_block), .groups = GroupFilter(groups_.groups())};
    }

private:
    std::vector<IndexHash> hashes_;
    GroupCollector groups_;
};

}  // namespace bytestore
