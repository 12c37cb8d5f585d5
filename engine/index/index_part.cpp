#include "engine/index/index_part.h"

#include "engine/index/merged_cursor.h"

#include <utility>

namespace bytestore {

namespace {

std::shared_ptr<IndexBase> make_base(IndexBase base)
{
    if (base.in_memory()) {
        base.learn_hints();
    }
    return std::make_shared<IndexBase>(std::move(base));
}

}  // namespace

IndexPart::IndexPart(IndexBase base)
    : base_(make_base(std::move(base))), hidden_(base_->size())
{
}

IndexPart IndexPart::freeze() const
{
    frozen_ = true;
    return *this;
}

const std::optional<IndexBase::Found>& IndexPart::look_in_base(std::string_view key, IndexHash hash, Place& place) const
{
    if (place.base_state != base_state_) {
        place.in_base = base_->find(key, hash);
        place.base_state = base_state_;
    }
    return place.in_base;
}

const std::optional<std::size_t>& IndexPart::look_in_delta(std::string_view key, IndexHash hash, Place& place) const
{
    if (place.delta_state != delta_state_) {
        place.in_delta = delta_.find(key, hash);
        place.delta_state = delta_state_;
    }
    return place.in_delta;
}

std::optional<Entry> IndexPart::find(std::string_view key, IndexHash hash, Place& place) const
{
    if (const auto& change = look_in_delta(key, hash, place)) {
        return delta_.entry(*change);
    }
    const auto& found = look_in_base(key, hash, place);
    return found && !hidden_.contains(found->rank) ? std::optional(found->entry) : std::nullopt;
}

bool IndexPart::any(std::string_view prefix) const
{
    if (delta_.may_have(prefix)) {
        const auto change = delta_.lower_bound(prefix);
        if (change < delta_.size() && delta_.key(change).starts_with(prefix)) {
            return true;
        }
    }
    const auto first = base_->may_have(prefix) ? base_->first_from(prefix) : std::nullopt;
    if (!first || !first->has_prefix || !hidden_.contains(first->rank)) {
        return first && first->has_prefix;
    }
    const MergedCursor cursor(*base_, hidden_, delta_, prefix);
    return cursor.valid() && cursor.key().starts_with(prefix);
}

std::optional<Entry> IndexPart::put(std::string_view key, IndexHash hash, const Entry& entry, bool may_move,
                                    Place& place)
{
    if (const auto& change = look_in_delta(key, hash, place)) {
        const Entry replaced = delta_.entry(*change);
        delta_.replace(*change, entry);
        return replaced;
    }
    const auto& found = look_in_base(key, hash, place);
    const bool shown = found && !hidden_.contains(found->rank);
    if (found && changes_base() && base_->replace(*found, entry, may_move)) {
        hidden_.erase(found->rank);
        ++base_state_;
    } else {
        const auto position = delta_.insert(key, hash, entry);
        place.in_delta = position;
        place.delta_state = ++delta_state_;
        if (found) {
            hidden_.insert(found->rank);
        }
    }
    return shown ? std::optional(found->entry) : std::nullopt;
}

std::optional<Entry> IndexPart::erase(std::string_view key, IndexHash hash, Place& place)
{
    if (const auto& change = look_in_delta(key, hash, place)) {
        const Entry removed = delta_.entry(*change);
        delta_.erase(*change);
        place.in_delta.reset();
        place.delta_state = ++delta_state_;
        return removed;
    }
    const auto& found = look_in_base(key, hash, place);
    if (!found || hidden_.contains(found->rank)) {
        return std::nullopt;
    }
    hidden_.insert(found->rank);
    return found->entry;
}

std::size_t IndexPart::memory_bytes() const
{
    return base_->memory_bytes() + hidden_.memory_bytes() + delta_.memory_bytes();
}

std::vector<IndexBase> IndexPart::merged(std::size_t most, const std::function<void(Entry&)>& change) const
{
    std::vector<IndexBase> bases;
    const std::size_t pieces = (size() + most - 1) / most;
    std::size_t left = size();
    MergedCursor cursor(*base_, hidden_, delta_);
    while (bases.size() < pieces) {
        const std::size_t count = left / (pieces - bases.size());
        IndexBase::Builder builder(memory_bytes() / pieces, true);
        for (std::size_t i = 0; i < count && cursor.valid(); ++i, cursor.next()) {
            if (const auto* in_base = change ? nullptr : cursor.in_base()) {
                builder.add(*in_base);
                continue;
            }
            Entry entry = cursor.entry();
            if (change) {
                change(entry);
            }
            builder.add(cursor.key(), entry);
        }
        bases.push_back(builder.finish());
        left -= count;
    }
    return bases;
}

void IndexPart::visit(const std::function<void(const Entry&)>& visitor) const
{
    for (MergedCursor cursor(*base_, hidden_, delta_); cursor.valid(); cursor.next()) {
        visitor(cursor.entry());
    }
}

}  // namespace bytestore
