// What the catalog takes from a snapshot, and gives to the next.
#include "engine/log/catalog.h"

#include <mutex>
#include <utility>

namespace bytestore {

void Catalog::adopt(Index index, std::optional<std::uint64_t> hidden_keys)
{
    const std::unique_lock lock(mutex_);
    index_ = std::move(index);
    ++version_;
    hidden_keys_ =
        is_hidden_ && hidden_keys ? HiddenKeys{.count = *hidden_keys, .up_to = {}, .all = true} : HiddenKeys{};
    adopted_ = true;
}

void Catalog::adopt_segment(Slot slot, SnapshotSegment known)
{
    const std::unique_lock lock(mutex_);
    auto& account = *accounts_[slot];
    account.view.records = known.records;
    account.view.stale = known.stale;
    account.view.dead_bytes = known.dead_bytes;
    account.dead_sets = KeyHashes(std::move(known.dead_sets));
    account.pending = std::move(known.pending);
}

Catalog::Uncovered Catalog::uncovered() const
{
    const std::shared_lock lock(mutex_);
    return uncovered_;
}

void Catalog::covered(const Uncovered& frozen)
{
    const std::unique_lock lock(mutex_);
    uncovered_.records -= frozen.records;
    uncovered_.bytes -= frozen.bytes;
}

std::optional<Catalog::Frozen> Catalog::freeze() const
{
    const std::shared_lock lock(mutex_);
    Frozen frozen{.index = index_.freeze(), .segments = {}, .unsynced = {}, .uncovered = uncovered_};
    for (const auto& [number, slot] : by_number_) {
        const auto& account = *accounts_[slot];
        const auto& view = account.view;
        if (!account.can_be_covered || view.leftover) {
            return std::nullopt;
        }
        SnapshotSegment known;
        known.sealed = view.sealed && view.segment->header() && !view.unfinished;
        known.covered = view.size;
        known.records = view.records;
        known.unverified = account.unverified;
        known.stale = view.stale;
        known.dead_bytes = view.dead_bytes;
        known.dead_sets = account.dead_sets.all();
        known.pending = account.pending;
        frozen.segments.push_back({.slot = slot, .segment = view.segment, .known = std::move(known)});
        if (!view.synced) {
            frozen.unsynced.push_back(view);
        }
    }
    return frozen;
}

// A snapshot speaks of all segments or of none.
void Catalog::uncover_all_locked()
{
    uncovered_ = {};
    for (const auto& [number, slot] : by_number_) {
        uncovered_.records += accounts_[slot]->view.records;
        uncovered_.bytes += accounts_[slot]->view.size;
    }
}

}  // namespace bytestore
