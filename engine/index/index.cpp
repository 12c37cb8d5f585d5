#include "engine/index/index.h"

#include "engine/index/index_base.h"
#include "engine/index/merged_cursor.h"

#include <algorithm>
#include <utility>

namespace bytestore {

namespace {

// A node of the map and the two headers of the allocator: for the node, and for a key too long to lie in it.
constexpr std::size_t kDeltaNodeBytes = sizeof(IndexDelta::value_type) + 4 * sizeof(void*) + 2 * sizeof(std::size_t);

}  // namespace

Index::Index()
    : Index(kLeastMerge)
{
}

Index::Index(std::size_t least_merge)
    : Index(IndexBase(), least_merge)
{
}

Index::Index(IndexBase base, std::size_t least_merge)
    : base_(std::make_shared<const IndexBase>(std::move(base))), hidden_(base_->size()), least_merge_(least_merge)
{
}

Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

std::optional<Entry> Index::find(std::string_view key) const
{
    if (const auto change = delta_.find(key); change != delta_.end()) {
        return change->second;
    }
    const auto found = base_->find(key);
    if (!found || hidden_.contains(found->rank)) {
        return std::nullopt;
    }
    return found->entry;
}

std::optional<Entry> Index::put(std::string_view key, const Entry& entry)
{
    merge_if_outgrown();
    const auto place = delta_.lower_bound(key);
    if (place != delta_.end() && place->first == key) {
        return std::exchange(place->second, entry);
    }
    const auto found = base_->find(key);
    delta_.emplace_hint(place, key, entry);
    delta_key_bytes_ += key.size();
    if (!found || hidden_.contains(found->rank)) {
        return std::nullopt;
    }
    hidden_.insert(found->rank);
    return found->entry;
}

std::optional<Entry> Index::erase(std::string_view key)
{
    merge_if_outgrown();
    if (const auto change = delta_.find(key); change != delta_.end()) {
        const Entry removed = change->second;
        delta_.erase(change);
        delta_key_bytes_ -= key.size();
        return removed;
    }
    const auto found = base_->find(key);
    if (!found || hidden_.contains(found->rank)) {
        return std::nullopt;
    }
    hidden_.insert(found->rank);
    return found->entry;
}

std::size_t Index::size() const
{
    return base_->size() - hidden_.count() + delta_.size();
}

std::size_t Index::memory_bytes() const
{
    return base_->memory_bytes() + hidden_.memory_bytes() + delta_.size() * kDeltaNodeBytes + delta_key_bytes_;
}

bool Index::intact() const
{
    return base_->intact();
}

bool Index::load() const
{
    return base_->load();
}

Index::Frozen Index::freeze() const
{
    return {.base = base_, .hidden = hidden_, .delta = delta_};
}

void Index::merge_if_outgrown()
{
    const std::size_t bound = std::max(least_merge_, base_->size() / 4);
    if (delta_.size() < bound && hidden_.count() < bound) {
        return;
    }
    IndexBase::Builder builder(base_->memory_bytes());
    for (MergedCursor cursor(*base_, hidden_, delta_); cursor.valid(); cursor.next()) {
        builder.add(cursor.key(), cursor.entry());
    }
    if (base_->intact()) {
        *this = Index(builder.finish(), least_merge_);
    }
}

}  // namespace bytestore
