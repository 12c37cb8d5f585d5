#include "engine/log/catalog.h"

#include "engine/log/replay_index.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace bytestore {
namespace {

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
    return add_locked(std::move(segment));
}

Catalog::Slot Catalog::add_locked(std::shared_ptr<Segment> segment)
{
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

void Catalog::describe(Slot slot, std::uint64_t unverified, bool can_be_covered)
{
    const std::unique_lock lock(mutex_);
    accounts_[slot]->unverified = unverified;
    accounts_[slot]->can_be_covered = can_be_covered;
}

std::vector<Catalog::SegmentView> Catalog::segments() const
{
    const std::shared_lock lock(mutex_);
    return segments_locked();
}

std::optional<std::uint64_t> Catalog::number_before(std::uint64_t number) const
{
    const std::shared_lock lock(mutex_);
    std::optional<std::uint64_t> before;
    for (const auto& [lower, slot] : by_number_) {
        if (lower < number && accounts_[slot]->view.size > 0) {
            before = lower;
        }
    }
    return before;
}

std::vector<Catalog::SegmentView> Catalog::segments_locked() const
{
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
    if (adopted_) {
        const std::unique_lock lock(mutex_);
        ++version_;
        count_locked(change, change_index_locked(change));
        return;
    }
    if (!loader_) {
        loader_ = std::make_unique<Index::Loader>(
            [this](std::string_view key, const Entry& dead) { kill_locked(key, dead); });
    }
    auto& account = *accounts_[change.entry.segment];
    ++account.view.records;
    ++uncovered_.records;
    uncovered_.bytes += bytes_of(change.entry.length);
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
    ++version_;
    if (loader_) {
        index_ = loader_->finish();
        loader_.reset();
        settle_pending_locked();
    }
}

bool Catalog::intact() const
{
    const std::shared_lock lock(mutex_);
    return index_.intact();
}

void Catalog::commit(std::span<const Change> changes)
{
    const std::unique_lock lock(mutex_);
    ++version_;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto old = change_index_locked(changes[i]);
        if (!index_.intact()) {
            // The log holds all of them already.
            rebuild_locked(changes.front().entry);
            for (std::size_t before = 0; before < i; ++before) {
                change_index_locked(changes[before]);
            }
            old = change_index_locked(changes[i]);
        }
        count_locked(changes[i], old);
    }
}

// What it did away with. Nothing of the account has changed.
std::optional<Entry> Catalog::change_index_locked(const Change& change)
{
    return change.remove ? index_.erase(change.key) : index_.put(change.key, change.entry);
}

void Catalog::count_locked(const Change& change, const std::optional<Entry>& old)
{
    const Slot slot = change.entry.segment;
    ++accounts_[slot]->view.records;
    ++uncovered_.records;
    uncovered_.bytes += bytes_of(change.entry.length);
    if (old) {
        kill_locked(change.key, *old);
    }
    if (change.remove) {
        count_delete_locked(slot, {.hash = key_hash(change.key), .length = change.entry.length});
    }
    if (old.has_value() == change.remove && hidden_keys_.has_met(change.key) && is_hidden_ && is_hidden_(change.key)) {
        hidden_keys_.count += change.remove ? std::uint64_t(-1) : 1;
    }
}

// `end`: the record there and what is behind it does not count yet.
void Catalog::rebuild_locked(const std::optional<Entry>& end) const
{
    auto index = replay_index(segments_locked(), end);
    if (!index) {
        throw std::runtime_error(index.error().message);
    }
    index_ = std::move(*index);
}

// What `read` gives of an index that is intact.
template <class Read>
auto Catalog::reading(Read read) const -> decltype(read())
{
    {
        const std::shared_lock lock(mutex_);
        auto result = read();
        if (index_.intact()) {
            return result;
        }
    }
    const std::unique_lock lock(mutex_);
    if (!index_.intact()) {
        rebuild_locked(std::nullopt);
    }
    return read();
}

void Catalog::load() const
{
    const bool loaded = reading([this] { return index_.load(); });
    if (!loaded) {
        const std::unique_lock lock(mutex_);
        rebuild_locked(std::nullopt);
    }
}

std::size_t Catalog::size() const
{
    const std::shared_lock lock(mutex_);
    return index_.size();
}

void Catalog::kill_locked(std::string_view key, const Entry& dead)
{
    auto& account = *accounts_[dead.segment];
    ++account.view.stale;
    account.view.dead_bytes += bytes_of(dead.length);
    account.dead_sets.insert(key_hash(key));
}

void Catalog::count_delete_locked(Slot slot, PendingDelete record)
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

// Called when dead Sets have left the disk: Deletes that hid only those are dead now. There may be many more dead Sets
// than Deletes.
void Catalog::settle_pending_locked()
{
    FlatHashes deleted;
    for (const auto& [number, slot] : by_number_) {
        for (const auto& record : accounts_[slot]->pending) {
            deleted.insert(record.hash);
        }
    }
    if (deleted.size() == 0) {
        return;
    }
    FlatHashes older;  // of these, those with a dead Set in a segment before
    for (const auto& [number, slot] : by_number_) {
        auto& account = *accounts_[slot];
        const auto dead = std::partition(account.pending.begin(), account.pending.end(),
                                         [&](const PendingDelete& record) { return older.contains(record.hash); });
        for (auto record = dead; record != account.pending.end(); ++record) {
            ++account.view.stale;
            account.view.dead_bytes += bytes_of(record->length);
        }
        account.pending.erase(dead, account.pending.end());
        account.dead_sets.for_each([&](std::uint64_t hash) {
            if (deleted.contains(hash)) {
                older.insert(hash);
            }
        });
    }
}

std::optional<Catalog::Found> Catalog::find(std::string_view key) const
{
    return reading([&] { return found_locked(index_.find(key)); });
}

std::optional<Catalog::Found> Catalog::found_locked(const std::optional<Entry>& entry) const
{
    return entry ? std::optional(Found{.entry = *entry, .segment = accounts_[entry->segment]->view.segment})
                 : std::nullopt;
}

std::vector<std::optional<Catalog::Found>> Catalog::find_each(std::span<const std::string> keys) const
{
    return reading([&] {
        std::vector<std::optional<Found>> found(keys.size());
        const auto entries = index_.find_each(keys);
        for (std::size_t i = 0; index_.intact() && i < keys.size(); ++i) {
            if (entries[i]) {
                found[i] = Found{.entry = *entries[i], .segment = accounts_[entries[i]->segment]->view.segment};
            }
        }
        return found;
    });
}

std::vector<ListItem> Catalog::list(const ListRequest& request) const
{
    return reading([&] { return index_.list(request); });
}

ListedNames Catalog::list_names(const ListRequest& request) const
{
    return reading([&] { return index_.list_names(request); });
}

std::vector<Catalog::Listed> Catalog::find_all(const ListRequest& request) const
{
    return reading([&] {
        std::vector<Listed> all;
        for (auto& item : index_.list(request)) {
            if (index_.intact() && !item.group) {
                const auto& segment = accounts_[item.entry.segment]->view.segment;
                all.push_back({std::move(item.name), {.entry = item.entry, .segment = segment}});
            }
        }
        return all;
    });
}

bool Catalog::any(std::string_view prefix) const
{
    return reading([&] { return index_.any(prefix); });
}

Catalog::Presence Catalog::presence(std::string_view prefix) const
{
    return reading([&] {
        const auto [below, entry] = index_.presence(prefix);
        return Presence{.below = below, .found = found_locked(entry)};
    });
}

// The next of them; whether that was all. Others need not wait for long.
bool Catalog::count_hidden() const
{
    constexpr std::size_t kPiece = 1024;
    const std::unique_lock lock(mutex_);
    if (hidden_keys_.all || !is_hidden_) {
        return true;
    }
    const auto page = index_.list({.prefix = {}, .delimiter = {}, .after = hidden_keys_.up_to, .limit = kPiece});
    if (!index_.intact()) {
        rebuild_locked(std::nullopt);
        hidden_keys_ = {};
        return false;
    }
    hidden_keys_.count += static_cast<std::uint64_t>(
        std::ranges::count_if(page, [this](const ListItem& item) { return is_hidden_(item.name); }));
    hidden_keys_.all = page.size() < kPiece;
    if (!page.empty()) {
        hidden_keys_.up_to = page.back().name;
    }
    return hidden_keys_.all;
}

Catalog::Totals Catalog::totals() const
{
    while (!count_hidden()) {
    }
    const std::shared_lock lock(mutex_);
    Totals totals;
    totals.hidden_keys = hidden_keys_.count;
    totals.live_keys = index_.size() - hidden_keys_.count;
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

}  // namespace bytestore
