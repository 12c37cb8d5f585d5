#include "engine/index/group_filter.h"

#include "engine/index/shared_bytes.h"

#include <cstring>

namespace bytestore {
GroupFilter::GroupFilter(std::span<const IndexHash> groups)
    : groups_(groups, groups.size())
{
}

bool GroupFilter::may_have(std::string_view prefix) const
{
    return !prefix.ends_with(kDelimiter) || groups_.may_have(index_hash(prefix));
}

void GroupSketch::add(std::string_view key) noexcept
{
    std::size_t groups = 0;
    for (auto at = key.find(GroupFilter::kDelimiter); at != std::string_view::npos;
         at = key.find(GroupFilter::kDelimiter, at + 1)) {
        if (++groups > kMostGroups) {
            seen_.set();
            return;
        }
        seen_.set(index_hash(key.substr(0, at + 1)) % kBits);
    }
}

bool GroupSketch::may_have(std::string_view prefix) const
{
    return !prefix.ends_with(GroupFilter::kDelimiter) || seen_.test(index_hash(prefix) % kBits);
}

// Those that the last key was in as well are there.
void GroupCollector::add(std::string_view key)
{
    const auto* const last = static_cast<const char*>(::memrchr(key.data(), GroupFilter::kDelimiter, key.size()));
    const auto longest = key.substr(0, last == nullptr ? 0 : static_cast<std::size_t>(last - key.data()) + 1);
    if (longest == last_) {
        return;
    }
    for (auto at = key.find(GroupFilter::kDelimiter, shared_bytes(last_, longest)); at != std::string_view::npos;
         at = key.find(GroupFilter::kDelimiter, at + 1)) {
        groups_.push_back(index_hash(key.substr(0, at + 1)));
    }
    last_ = longest;
}

}  // namespace bytestore
