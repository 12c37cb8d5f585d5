// A set of hashes of keys that mostly stays as a snapshot gave it: that part is one sorted array.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bytestore {

class KeyHashes {
public:
    KeyHashes() = default;
    explicit KeyHashes(std::vector<std::uint64_t> ascending)
        : sorted_(std::move(ascending))
    {
    }

    void insert(std::uint64_t hash)
    {
        if (!std::ranges::binary_search(sorted_, hash)) {
            added_.insert(hash);
        }
    }
    bool contains(std::uint64_t hash) const
    {
        return added_.contains(hash) || std::ranges::binary_search(sorted_, hash);
    }
    // All of them, ascending.
    std::vector<std::uint64_t> all() const
    {
        std::vector<std::uint64_t> hashes = sorted_;
        hashes.insert(hashes.end(), added_.begin(), added_.end());
        std::ranges::sort(hashes);
        return hashes;
    }

private:
    std::vector<std::uint64_t> sorted_;
    std::unordered_set<std::uint64_t> added_;  // nothing of sorted_
};

}  // namespace bytestore
