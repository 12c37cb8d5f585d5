// What a compaction asks of the catalog, and how the index moves to the segment that it wrote.
#include "engine/log/catalog.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace bytestore {
namespace {

// The index moves to a rewritten segment in steps of this many keys, so that readers wait for none of them long.
constexpr std::size_t kMoveStep = 1000;

// Finds a record that was moved by the place where it was: those of a segment stand together, in its order.
class MovedRecords {
public:
    explicit MovedRecords(const std::vector<Catalog::Replacement::Moved>& moved)
    {
        for (std::size_t i = 0; i < moved.size(); ++i) {
            auto& [begin, offsets] = by_segment_[moved[i].from];
            begin = offsets.empty() ? i : begin;
            offsets.push_back(moved[i].from_offset);
        }
    }

    std::optional<std::size_t> find(Catalog::Slot segment, std::uint64_t offset) const
    {
        const auto of_segment = by_segment_.find(segment);
        if (of_segment == by_segment_.end()) {
            return std::nullopt;
        }
        const auto& [begin, offsets] = of_segment->second;
        const auto at = std::ranges::lower_bound(offsets, offset);
        if (at == offsets.end() || *at != offset) {
            return std::nullopt;
        }
        return begin + static_cast<std::size_t>(at - offsets.begin());
    }

private:
    struct OfSegment {
        std::size_t begin = 0;  // of its records among all
        std::vector<std::uint64_t> offsets;
    };
    std::map<Catalog::Slot, OfSegment> by_segment_;
};

}  // namespace

bool Catalog::keeps_set(Slot slot, std::uint64_t offset, std::string_view key) const
{
    const std::shared_lock lock(mutex_);
    const auto entry = index_.find(key);
    return entry && entry->segment == slot && entry->offset == offset;
}

// Going over an entry of the index costs about an eighth of finding one.
bool Catalog::is_much_locked(std::uint64_t records) const
{
    return records >= index_.size() / 8;
}

std::optional<std::vector<std::uint64_t>> Catalog::live_sets(Slot slot) const
{
    std::vector<std::uint64_t> offsets;
    std::optional<std::string> from("");
    while (from) {
        const std::shared_lock lock(mutex_);
        const auto& view = accounts_[slot]->view;
        if (!is_much_locked(view.records)) {
            return std::nullopt;
        }
        from = index_.visit_part(*from, [&](const Entry& entry) {
            if (entry.segment == slot) {
                offsets.push_back(entry.offset);
            }
        });
    }
    std::ranges::sort(offsets);
    return offsets;
}

bool Catalog::keeps_delete(Slot slot, std::string_view key, bool merging) const
{
    const std::shared_lock lock(mutex_);
    if (index_.find(key)) {
        return false;
    }
    return merging || hidden_by_older_locked(slot, key_hash(key));
}

// As whole as it will be: what begins another segment meanwhile names it as the one before.
Catalog::Slot Catalog::add_output(const Replacement& replacement)
{
    const std::unique_lock lock(mutex_);
    const Slot output = add_locked(replacement.output);
    auto& view = accounts_[output]->view;
    view.size = replacement.size;
    view.sealed = true;
    view.synced = true;
    return output;
}

Catalog::Slot Catalog::replace(const Replacement& replacement)
{
    const Slot output = add_output(replacement);
    const bool much = [&] {
        const std::shared_lock lock(mutex_);
        return is_much_locked(replacement.moved.size());
    }();
    if (much) {
        move_all(replacement, output);
    } else {
        move_each(replacement, output);
    }
    const std::unique_lock lock(mutex_);
    auto& account = *accounts_[output];
    account.view.records = replacement.moved.size() + replacement.deletes.size();
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
    uncover_all_locked();
    return output;
}

void Catalog::move_each(const Replacement& replacement, Slot output)
{
    for (std::size_t begin = 0; begin < replacement.moved.size(); begin += kMoveStep) {
        const std::unique_lock lock(mutex_);
        move_locked(replacement, output, begin, std::min(begin + kMoveStep, replacement.moved.size()));
    }
}

void Catalog::move_locked(const Replacement& replacement, Slot output, std::size_t begin, std::size_t end)
{
    ++version_;
    for (std::size_t i = begin; i < end; ++i) {
        const auto& moved = replacement.moved[i];
        auto entry = index_.find(moved.key);
        const bool live = entry && entry->segment == moved.from && entry->offset == moved.from_offset;
        if (live) {
            entry->segment = output;
            entry->offset = moved.offset;
            entry->length = moved.length;
            index_.put(moved.key, *entry);
        }
        note_moved_locked(replacement, output, moved, live);
    }
}

// Goes over the whole index once, a part at a time.
void Catalog::move_all(const Replacement& replacement, Slot output)
{
    const MovedRecords moved(replacement.moved);
    std::vector<bool> live(replacement.moved.size());
    const auto move = [&](Entry& entry) {
        const auto at = moved.find(entry.segment, entry.offset);
        if (!at) {
            return false;
        }
        live[*at] = true;
        entry.segment = output;
        entry.offset = replacement.moved[*at].offset;
        entry.length = replacement.moved[*at].length;
        return true;
    };
    std::optional<std::string> from("");
    while (from) {
        const std::unique_lock lock(mutex_);
        ++version_;
        from = index_.change_part(*from, move);
    }
    const std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < live.size(); ++i) {
        note_moved_locked(replacement, output, replacement.moved[i], live[i]);
    }
}

// The account of a record that was copied to the output; not `live`: it was set again or deleted meanwhile.
void Catalog::note_moved_locked(const Replacement& replacement, Slot output, const Replacement::Moved& moved, bool live)
{
    if (!live) {
        Entry dead;
        dead.segment = output;
        dead.length = moved.length;
        kill_locked(moved.key, dead);
    }
    if (moved.from != replacement.inputs.back()) {
        accounts_[moved.from]->dead_sets.insert(key_hash(moved.key));
    }
}

void Catalog::remove(Slot slot)
{
    const std::unique_lock lock(mutex_);
    ++version_;
    by_number_.erase(accounts_[slot]->view.segment->number());
    accounts_[slot].reset();
    settle_pending_locked();
    uncover_all_locked();
}

}  // namespace bytestore
