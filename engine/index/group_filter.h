// Tells in one look that no key of a base is in a group: that none begins with a prefix which ends with kDelimiter.
// Whoever looks a file up asks whether it is a directory, and it hardly ever is.
#pragma once

#include "engine/index/hash_filter.h"
#include "engine/index/key_places.h"

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
