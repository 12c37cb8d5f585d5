// Tells in one look that no key of a base is in a group: that none begins with a prefix which ends with kDelimiter.
// Whoever looks a file up asks whether it is a directory, and it hardly ever is.
#pragma once

#include "engine/index/hash_filter.h"
#include "engine/index/key_places.h"

#include <bitset>
#include <cstddef>
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
    std::size_t memory_bytes() const { return groups_.memory_bytes(); }

private:
    HashFilter groups_;
};

// The same of keys that come one by one, in a fixed room: more often wrong as the groups become many.
class GroupSketch {
public:
    void add(std::string_view key) noexcept;
    // Also true of a prefix that is not a group's.
    bool may_have(std::string_view prefix) const;

private:
    static constexpr std::size_t kBits = 512;
    // Of a key of more groups than that nothing is to be told.
    static constexpr std::size_t kMostGroups = 8;

    std::bitset<kBits> seen_;
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
