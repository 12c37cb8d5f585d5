#include "engine/index/index.h"

#include "engine/index/index_cursor.h"
#include "engine/index/listing.h"

#include <algorithm>
#include <utility>

namespace bytestore {
namespace {

// A part has at most so many times as many keys as changes may wait in it.
constexpr std::size_t kKeysAChange = 8;

// Of an index that the processor keeps in its caches, about. Beyond it costs less to merge what waits than to move each
// time what lies behind, and room counts for more than the time that merges take.
constexpr std::size_t kPartsInCache = 64;
constexpr std::size_t kMoreChanges = 4;  // times as many wait in a part of one

constexpr std::size_t part_keys(std::size_t least_merge)
{
    return kKeysAChange * std::max<std::size_t>(least_merge, 1);
}

// Parts that are not full, so that the next keys do not split them all.
std::vector<IndexBase> bases_of(IndexBase base, std::size_t least_merge)
{
    if (base.in_memory()) {
        return base.split(part_keys(least_merge) / 4 * 3);
    }
    std::vector<IndexBase> bases;
    bases.push_back(std::move(base));
    return bases;
}

}  // namespace

Index::Index(std::size_t least_merge)
    : Index(IndexBase(), least_merge)
{
}

Index::Index(IndexBase base, std::size_t least_merge)
    : least_merge_(least_merge),
      size_(base.size()),
      on_demand_(!base.in_memory()),
      parts_(bases_of(std::move(base), least_merge)),
      recent_(std::make_unique<RecentFinds>())
{
}

std::optional<Entry> Index::find(std::string_view key) const
{
    return find_in([&] { return parts_.part_of(key); }, key);
}

// `part_of` is asked if nothing is known of the key.
template <class PartOf>
std::optional<Entry> Index::find_in(const PartOf& part_of, std::string_view key) const
{
    const IndexHash hash = index_hash(key);
    return recent_->find(key, hash, [&](RecentFinds::Find& find) {
        find.part = part_of();
        find.know(parts_[*find.part].find(key, hash, find.place));
    });
}

// Both are in the same part, but where another one begins just between them.
Index::Presence Index::presence(std::string_view prefix) const
{
    const auto part = parts_.part_of(prefix);
    if (any_from(part, prefix)) {
        return {.below = true, .entry = {}};
    }
    const auto key = prefix.substr(0, prefix.size() - 1);
    const auto part_of_key = [&] { return parts_.begin_of(part) <= key ? part : parts_.part_of(key); };
    return {.below = false, .entry = find_in(part_of_key, key)};
}

std::vector<std::optional<Entry>> Index::find_each(std::span<const std::string> keys) const
{
    std::vector<std::optional<Entry>> entries(keys.size());
    IndexCursor cursor(parts_);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (cursor.valid()) {
            cursor.next();
        }
        if (!cursor.valid() || cursor.key() != keys[i]) {
            cursor.seek(keys[i]);
        }
        if (cursor.valid() && cursor.key() == keys[i]) {
            entries[i] = cursor.entry();
        }
    }
    return entries;
}

std::optional<Entry> Index::put(std::string_view key, const Entry& entry)
{
    const IndexHash hash = index_hash(key);
    auto& find = find_to_change(key, hash);
    auto replaced = parts_[*find.part].put(key, hash, entry, parts_.size() <= kPartsInCache, find.place);
    size_ += replaced ? 0 : 1;
    find.know(entry);
    return replaced;
}

std::optional<Entry> Index::erase(std::string_view key)
{
    const IndexHash hash = index_hash(key);
    auto& find = find_to_change(key, hash);
    auto removed = parts_[*find.part].erase(key, hash, find.place);
    size_ -= removed ? 1 : 0;
    find.know(std::nullopt);
    if (parts_[*find.part].size() == 0 && parts_.size() > 1) {
        replace_part(*find.part, {});  // no change will come that has it merged, and listings would enter it
    }
    return removed;
}

std::vector<ListItem> Index::list(const ListRequest& request) const
{
    IndexCursor cursor(parts_);
    return list_items(cursor, request);
}

ListedNames Index::list_names(const ListRequest& request) const
{
    IndexCursor cursor(parts_);
    return bytestore::list_names(cursor, request);
}

bool Index::any(std::string_view prefix) const
{
    return any_from(parts_.part_of(prefix), prefix);
}

// Where a key with the prefix is behind the part that the prefix is in, what its own part begins at has it as well.
bool Index::any_from(std::size_t part, std::string_view prefix) const
{
    bool found = parts_[part].any(prefix);
    for (++part; !found && part < parts_.size() && parts_.begin_of(part).starts_with(prefix); ++part) {
        found = parts_[part].any(prefix);
    }
    return found;
}

std::size_t Index::memory_bytes() const
{
    return parts_.memory_bytes();
}

bool Index::intact() const
{
    return !on_demand_ || parts_[0].base().intact();
}

bool Index::load() const
{
    return !on_demand_ || parts_[0].base().load();
}

RecentFinds::Find& Index::find_to_change(std::string_view key, IndexHash hash)
{
    auto& find = recent_->of(key, hash);
    if (!find.part) {
        find.part = parts_.part_of(key);
    }
    if (!outgrown(parts_[*find.part])) {
        return find;
    }
    auto bases = parts_[*find.part].merged(part_keys(least_merge_));
    if (!intact()) {
        return find;
    }
    replace_part(*find.part, std::move(bases));
    auto& anew = recent_->of(key, hash);
    anew.part = parts_.part_of(key);
    return anew;
}

void Index::replace_part(std::size_t part, std::vector<IndexBase> bases)
{
    parts_.replace(part, std::move(bases));
    on_demand_ = false;
    recent_->forget();
}

std::optional<std::string> Index::visit_part(std::string_view from,
                                             const std::function<void(const Entry&)>& visitor) const
{
    const std::size_t part = parts_.part_of(from);
    parts_[part].visit(visitor);
    return begin_behind(part);
}

std::optional<std::string> Index::change_part(std::string_view from, const std::function<bool(Entry&)>& change)
{
    const std::size_t part = parts_.part_of(from);
    auto next = begin_behind(part);
    bool changed = false;
    auto bases = parts_[part].merged(part_keys(least_merge_), [&](Entry& entry) { changed |= change(entry); });
    if (changed) {
        replace_part(part, std::move(bases));
    }
    return next;
}

std::optional<std::string> Index::begin_behind(std::size_t part) const
{
    return part + 1 < parts_.size() ? std::optional<std::string>(parts_.begin_of(part + 1)) : std::nullopt;
}

bool Index::outgrown(const IndexPart& part) const
{
    const std::size_t most = least_merge_ * (parts_.size() <= kPartsInCache ? kMoreChanges : 1);
    return part.changes() >= std::max(most, part.base().size() / kKeysAChange);
}

}  // namespace bytestore
