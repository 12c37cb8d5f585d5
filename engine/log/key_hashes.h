// A set of hashes of keys. It only grows, and most of it is one sorted array, of eight bytes a hash; what was added
// lately waits beside it until it is worth a merge.
#pragma once

#include <algorithm>
#include <cstddef>
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
        if (std::ranges::binary_search(sorted_, hash)) {
            return;
        }
        added_.insert(hash);
        if (added_.size() >= std::max(kLeastMerge, sorted_.size() / 8)) {
            sorted_ = all();
            added_.clear();
        }
    }
    bool contains(std::uint64_t hash) const
    {
        return added_.contains(hash) || std::ranges::binary_search(sorted_, hash);
    }
    // All of them, ascending.
    std::vector<std::uint64_t> all() const
    {
        std::vector<std::uint64_t> added(added_.begin(), added_.end());
        std::ranges::sort(added);
        std::vector<std::uint64_t> hashes(sorted_.size() + added.size());
        std::ranges::merge(sorted_, added, hashes.begin());
        return hashes;
    }

private:
    static constexpr std::size_t kLeastMerge = 4096;

    std::vector<std::uint64_t> sorted_;
    std::unordered_set<std::uint64_t> added_;  // nothing of sorted_
};

}  // namespace bytestore
