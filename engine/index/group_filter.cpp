#include "engine/index/group_filter.h"

#include "engine/index/shared_bytes.h"

#include <cstring>

namespace bytestore {
namespace {

// Of a filter, for each group: one in eight that are not there is taken for one that is.
constexpr std::size_t kBitsAGroup = 8;

}  // namespace

GroupFilter::GroupFilter(std::span<const IndexHash> groups)
    : words_(groups.size() * kBitsAGroup / kBits + 1)
{
    for (const IndexHash group : groups) {
        const std::size_t bit = bit_of(group);
        words_[bit / kBits] |= std::uint64_t{1} << bit % kBits;
    }
}

bool GroupFilter::may_have(std::string_view prefix) const
{
    if (words_.empty() || !prefix.ends_with(kDelimiter)) {
        return true;
    }
    const std::size_t bit = bit_of(index_hash(prefix));
    return (words_[bit / kBits] >> bit % kBits & 1) != 0;
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
