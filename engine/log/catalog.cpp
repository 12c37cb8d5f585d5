#include "engine/log/catalog.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace bytestore {
namespace {

// The index moves to a rewritten segment in steps of this many keys, so that readers wait for none of them long.
constexpr std::size_t kMoveStep = 1000;

std::uint64_t bytes_of(std::uint64_t line_length)
{
    return line_length + 1;
}

}  // namespace

Catalog::Catalog(std::function<bool(std::string_view key)> is_hidden)
    : is_hidden_(std::move(is_hidden))
{
}

Catalog::Slot Catalog::add(std::shared_ptr<Segment> segment)
{
    const std::unique_lock lock(mutex_);
    const auto slot = static_cast<Slot>(accounts_.size());
    by_number_[segment->number()] = slot;
    Account account;
    account.view.slot = slot;
    account.view.segment = std::move(segment);
    accounts_.emplace_back(std::move(account));
    return slot;
}

void Catalog::set_size(Slot slot, std::uint64_t size)
{
    const std::unique_lock lock(mutex_);
    accounts_[slot]->view.size = size;
    accounts_[slot]->view.synced = false;
}

void Catalog::set_sealed(Slot slot)
{
    const std::unique_lock lock(mutex_);
    accounts_[slot]->view.sealed = true;
}

void Catalog::set_synced(Slot slot)
{
    const std::unique_lock lock(mutex_);
    if (accounts_[slot]) {
        accounts_[slot]->view.synced = true;
    }
}

void Catalog::set_leftover(Slot slot)
{
    const std::unique_lock lock(mutex_);
    make_leftover_locked(*accounts_[slot]);
}

void Catalog::set_unfinished(Slot slot)
{
    const std::unique_lock lock(mutex_);
    accounts_[slot]->view.unfinished = true;
}

// Its file stays on disk for now, and with it the dead Sets that Deletes must go on hiding.
void Catalog::make_leftover_locked(Account& account)
{
    account.view.leftover = true;
    account.view.stale = 0;
    account.view.dead_bytes = 0;
    account.pending.clear();
}

void Catalog::count_unverified(Slot slot, std::uint64_t records)
{
    const std::unique_lock lock(mutex_);
    accounts_[slot]->unverified = records;
}

std::vector<Catalog::SegmentView> Catalog::segments() const
{
    const std::shared_lock lock(mutex_);
    std::vector<SegmentView> views;
    views.reserve(by_number_.size());
    for (const auto& [number, slot] : by_number_) {
        const auto& account = *accounts_[slot];
        views.push_back(account.view);
        views.back().live =
            account.view.leftover ? 0 : account.view.records - account.view.stale - account.pending.size();
    }
    return views;
}

void Catalog::replay(const Change& change)
{
    if (!loader_) {
        loader_ = std::make_unique<Index::Loader>(
            [this](std::string_view key, const Entry& dead) { kill_locked(key, dead); });
    }
    auto& account = *accounts_[change.entry.segment];
    ++account.view.records;
    if (change.remove) {
        // Whether it is dead shows only when all dead Sets are known.
        account.pending.push_back({.hash = key_hash(change.key), .length = change.entry.length});
        loader_->remove(change.key);
    } else {
        loader_->set(change.key, change.entry);
    }
}

void Catalog::finish_replay()
{
    const std::unique_lock lock(mutex_);
    if (loader_) {
        index_ = loader_->finish();
        loader_.reset();
    }
    settle_pending_locked();
}

void Catalog::commit(const std::vector<Change>& changes)
{
    const std::unique_lock lock(mutex_);
    for (const auto& change : changes) {
        apply_locked(change);
    }
}

void Catalog::apply_locked(const Change& change)
{
    const Slot slot = change.entry.segment;
    ++accounts_[slot]->view.records;
    const auto old = change.remove ? index_.erase(change.key) : index_.put(change.key, change.entry);
    if (old) {
        kill_locked(change.key, *old);
    }
    if (change.remove) {
        count_delete_locked(slot, {.hash = key_hash(change.key), .length = change.entry.length});
    }
    if (hidden_keys_ && old.has_value() == change.remove && is_hidden_ && is_hidden_(change.key)) {
        *hidden_keys_ += change.remove ? std::uint64_t(-1) : 1;
    }
}

void Catalog::kill_locked(std::string_view key, const Entry& dead)
{
    auto& account = *accounts_[dead.segment];
    ++account.view.stale;
    account.view.dead_bytes += bytes_of(dead.length);
    account.dead_sets.insert(key_hash(key));
}

void Catalog::count_delete_locked(Slot slot, Pending record)
{
    auto& account = *accounts_[slot];
    if (hidden_by_older_locked(slot, record.hash)) {
        account.pending.push_back(record);
        return;
    }
    ++account.view.stale;
    account.view.dead_bytes += bytes_of(record.length);
}

bool Catalog::hidden_by_older_locked(Slot slot, std::uint64_t hash) const
{
    const auto end = by_number_.find(accounts_[slot]->view.segment->number());
    return std::any_of(by_number_.begin(), end,
                       [&](const auto& older) { return accounts_[older.second]->dead_sets.contains(hash); });
}

// Called when dead Sets have left the disk: Deletes that hid only those are dead now.
void Catalog::settle_pending_locked()
{
    std::unordered_set<std::uint64_t> older;
    for (const auto& [number, slot] : by_number_) {
        auto& account = *accounts_[slot];
        const auto dead = std::partition(account.pending.begin(), account.pending.end(),
                                         [&](const Pending& record) { return older.contains(record.hash); });
        for (auto record = dead; record != account.pending.end(); ++record) {
            ++account.view.stale;
            account.view.dead_bytes += bytes_of(record->length);
        }
        account.pending.erase(dead, account.pending.end());
        older.insert(account.dead_sets.begin(), account.dead_sets.end());
    }
}

std::optional<Catalog::Found> Catalog::find(std::string_view key) const
{
    const std::shared_lock lock(mutex_);
    auto entry = index_.find(key);
    if (!entry) {
        return std::nullopt;
    }
    auto segment = accounts_[entry->segment]->view.segment;
    return Found{.entry = *entry, .segment = std::move(segment)};
}

std::vector<ListItem> Catalog::list(const ListRequest& request) const
{
    const std::shared_lock lock(mutex_);
    return index_.list(request);
}

bool Catalog::any(std::string_view prefix) const
{
    const std::shared_lock lock(mutex_);
    return index_.any(prefix);
}

std::uint64_t Catalog::count_hidden_locked() const
{
    if (!is_hidden_) {
        return 0;
    }
    std::uint64_t hidden = 0;
    ListRequest request{.prefix = {}, .delimiter = {}, .after = {}, .limit = 4096};
    for (auto page = index_.list(request); !page.empty(); page = index_.list(request)) {
        hidden += static_cast<std::uint64_t>(
            std::ranges::count_if(page, [&](const ListItem& item) { return is_hidden_(item.name); }));
        request.after = page.back().name;
    }
    return hidden;
}

Catalog::Totals Catalog::totals() const
{
    const std::unique_lock lock(mutex_);
    if (!hidden_keys_) {
        hidden_keys_ = count_hidden_locked();
    }
    Totals totals;
    totals.hidden_keys = *hidden_keys_;
    totals.live_keys = index_.size() - *hidden_keys_;
    totals.index_bytes = index_.memory_bytes();
    for (const auto& [number, slot] : by_number_) {
        const auto& account = *accounts_[slot];
        ++totals.segments;
        totals.records += account.view.records;
        totals.stale_records += account.view.stale;
        totals.dead_bytes += account.view.dead_bytes;
        totals.log_bytes += account.view.size;
        totals.unverified += account.unverified;
    }
    return totals;
}

bool Catalog::keeps_set(Slot slot, std::uint64_t offset, std::string_view key) const
{
    const std::shared_lock lock(mutex_);
    const auto entry = index_.find(key);
    return entry && entry->segment == slot && entry->offset == offset;
}

bool Catalog::keeps_delete(Slot slot, std::string_view key, bool merging) const
{
    const std::shared_lock lock(mutex_);
    if (index_.find(key)) {
        return false;
    }
    return merging || hidden_by_older_locked(slot, key_hash(key));
}

Catalog::Staleness Catalog::staleness() const
{
    const std::shared_lock lock(mutex_);
    Staleness sum;
    for (const auto& [number, slot] : by_number_) {
        const auto& view = accounts_[slot]->view;
        sum.records += view.stale;
        sum.dead_bytes += view.dead_bytes;
        sum.log_bytes += view.size;
    }
    return sum;
}

Catalog::Slot Catalog::replace(const Replacement& replacement)
{
    const Slot output = add(replacement.output);
    for (std::size_t begin = 0; begin < replacement.moved.size(); begin += kMoveStep) {
        const std::unique_lock lock(mutex_);
        move_locked(replacement, output, begin, std::min(begin + kMoveStep, replacement.moved.size()));
    }
    const std::unique_lock lock(mutex_);
    auto& account = *accounts_[output];
    account.view.size = replacement.size;
    account.view.records = replacement.moved.size() + replacement.deletes.size();
    account.view.sealed = true;
    account.view.synced = true;
    for (const auto& kept : replacement.deletes) {
        account.pending.push_back({.hash = kept.hash, .length = kept.length});
    }
    for (const Slot input : replacement.inputs) {
        if (input == replacement.inputs.back()) {
            accounts_[input].reset();
        } else {
            make_leftover_locked(*accounts_[input]);
        }
    }
    settle_pending_locked();
    return output;
}

void Catalog::move_locked(const Replacement& replacement, Slot output, std::size_t begin, std::size_t end)
{
    for (std::size_t i = begin; i < end; ++i) {
        const auto& moved = replacement.moved[i];
        auto entry = index_.find(moved.key);
        const bool live = entry && entry->segment == moved.from && entry->offset == moved.from_offset;
        if (live) {
            entry->segment = output;
            entry->offset = moved.offset;
            entry->length = moved.length;
            index_.put(moved.key, *entry);
        } else {
            Entry dead;
            dead.segment = output;
            dead.length = moved.length;
            kill_locked(moved.key, dead);
        }
        if (moved.from != replacement.inputs.back()) {
            accounts_[moved.from]->dead_sets.insert(key_hash(moved.key));
        }
    }
}

void Catalog::remove(Slot slot)
{
    const std::unique_lock lock(mutex_);
    by_number_.erase(accounts_[slot]->view.segment->number());
    accounts_[slot].reset();
    settle_pending_locked();
}

}  // namespace bytestore
