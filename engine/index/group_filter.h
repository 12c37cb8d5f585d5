// Tells in one look that no key of a base is in a group: that none begins with a prefix which ends with kDelimiter.
// Whoever looks a file up asks whether it is a directory, and it hardly ever is.
//
// A Bloom filter of one hash. It is sometimes wrong about a group that is not there, and never about one that is.
#pragma once

#include "engine/index/key_places.h"
#include "engine/index/rank_set.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class GroupFilter {
public:
    static constexpr char kDelimiter = ':';

    // Knows nothing: every group may be there.
    GroupFilter() = default;
    // Of the groups with these hashes, index_hash() of the prefix.
    explicit GroupFilter(std::span<const IndexHash> groups);

    // Also true of a prefix that is not a group's.
    bool may_have(std::string_view prefix) const;
    std::size_t memory_bytes() const { return set_.memory_bytes(); }

private:
    std::size_t bit_of(IndexHash group) const { return std::uint64_t{group} * bits_ >> 32; }

    std::size_t bits_ = 0;  // none: it knows nothing
    RankSet set_;
};

// Collects the groups of keys that come in their order.
class GroupCollector {
public:
    void add(std::string_view key);
    const std::vector<IndexHash>& groups() const { return groups_; }

private:
    std::string last_;  // the longest group of the last key
    std::vector<IndexHash> groups_;
};

}  // namespace bytestore
