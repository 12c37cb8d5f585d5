// A set of key_hash() of keys. It only grows, and most of it is one sorted array, of eight bytes a hash; what was added
// lately waits beside it until it is worth a merge.
#pragma once

#include "engine/log/flat_hashes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
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
        if (is_sorted(hash)) {
            return;
        }
        added_.insert(hash);
        if (added_.size() >= std::max(kLeastMerge, sorted_.size() / 8)) {
            sorted_ = all();
            added_ = {};
        }
    }
    bool contains(std::uint64_t hash) const { return added_.contains(hash) || is_sorted(hash); }
    // In no order.
    template <class Visit>
    void for_each(const Visit& visit) const
    {
        std::ranges::for_each(sorted_, visit);
        added_.for_each(visit);
    }
    // All of them, ascending.
    std::vector<std::uint64_t> all() const
    {
        std::vector<std::uint64_t> added;
        added.reserve(added_.size());
        added_.for_each([&](std::uint64_t hash) { added.push_back(hash); });
        std::ranges::sort(added);
        std::vector<std::uint64_t> hashes(sorted_.size() + added.size());
        std::ranges::merge(sorted_, added, hashes.begin());
        return hashes;
    }

private:
    static constexpr std::size_t kLeastMerge = 4096;
    static constexpr std::size_t kFirstReach = 64;

    // Hashes are spread evenly, so that one tells about where it is: interpolation search, of which the first step is
    // nearly all.
    bool is_sorted(std::uint64_t hash) const
    {
        const std::span<const std::uint64_t> sorted(sorted_);
        const auto size = sorted.size();
        const auto guess = static_cast<std::size_t>(static_cast<double>(hash) * 0x1p-64 * static_cast<double>(size));
        for (std::size_t reach = kFirstReach;; reach *= 4) {
            const auto begin = guess - std::min(guess, reach);
            const auto end = std::min(size, guess + reach);
            const auto near = sorted.subspan(begin, end - begin);
            const bool from_here = begin == 0 || near.front() <= hash;
            const bool up_to_here = end == size || near.back() >= hash;
            if (from_here && up_to_here) {
                return std::ranges::binary_search(near, hash);
            }
        }
    }

    std::vector<std::uint64_t> sorted_;
    FlatHashes added_;  // nothing of sorted_
};

}  // namespace bytestore
