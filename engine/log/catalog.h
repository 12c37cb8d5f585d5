// What the log holds: the index of live keys, the table of segments, and the account of what is dead in each.
//
// Dead is what a compaction of that segment would drop now:
//   - a Set whose key was set or deleted later;
//   - a Delete, unless an older segment file still holds a dead Set of its key: then dropping it would bring that Set
//     back at the next opening. Such a Delete is pending, and becomes dead when the last older dead Set is gone from
//     the disk.
// For that each segment remembers the keys of its dead Sets, and its pending Deletes, as 64-bit hashes. A collision of
// hashes only keeps a Delete longer.
//
// An index that is read on demand from a snapshot can turn out to be damaged. Then it is built anew from the log, in
// the middle of the call that found it out; where that fails as well, the call throws std::runtime_error.
//
// Threads: every method locks by itself; readers share. No method does I/O, an index on demand apart.
#pragma once

#include "engine/index/index.h"
#include "engine/log/key_hashes.h"
#include "engine/log/segment.h"
#include "engine/snapshot/snapshot.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class Catalog {
public:
    using Slot = std::uint32_t;

    // What one record of a commit does to its key.
    struct Change {
        std::string_view key;  // the caller's
        bool remove = false;
        Entry entry;  // of a Set: all of it; of a Delete: segment, offset and length
    };

    struct Found {
        Entry entry;
        std::shared_ptr<Segment> segment;
    };

    struct Listed {
        std::string key;
        Found found;
    };

    struct SegmentView {
        Slot slot = 0;
        std::shared_ptr<Segment> segment;
        std::uint64_t size = 0;
        std::uint64_t records = 0;
        std::uint64_t stale = 0;
        std::uint64_t dead_bytes = 0;
        std::uint64_t live = 0;   // Sets that are their key's last record
        bool sealed = false;      // it will not grow any more
        bool synced = false;      // all of it is on stable storage
        bool leftover = false;    // merged into another, but its file could not be removed
        bool unfinished = false;  // ours and without a seal, which only a segment without header behind it excuses

        // Whether at least this share is dead (0: anything at all).
        bool stale_enough(unsigned percent) const { return dead_bytes > 0 && dead_bytes * 100 >= size * percent; }
    };

    struct Totals {
        std::uint64_t live_keys = 0;
        std::uint64_t hidden_keys = 0;
        std::uint64_t segments = 0;
        std::uint64_t records = 0;
        std::uint64_t stale_records = 0;
        std::uint64_t dead_bytes = 0;
        std::uint64_t log_bytes = 0;
        std::uint64_t unverified = 0;
        std::uint64_t index_bytes = 0;
    };

    // A segment written in the place of others, and what stands in it.
    struct Replacement {
        struct Moved {
            std::string key;
            Slot from = 0;
            std::uint64_t from_offset = 0;
            std::uint64_t offset = 0;
            std::uint64_t length = 0;
        };
        std::vector<Slot> inputs;  // in the order of their numbers; the output took the name of the last
        std::shared_ptr<Segment> output;
        std::uint64_t size = 0;
        std::vector<Moved> moved;
        std::vector<PendingDelete> deletes;
    };

    struct Staleness {
        std::uint64_t records = 0;
        std::uint64_t dead_bytes = 0;
        std::uint64_t log_bytes = 0;
    };

    // Records that no snapshot covers.
    struct Uncovered {
        std::uint64_t records = 0;
        std::uint64_t bytes = 0;
    };

    // All it held at one moment, for a snapshot.
    struct Frozen {
        struct Part {
            Slot slot = 0;
            std::shared_ptr<Segment> segment;
            SnapshotSegment known;  // what the catalog knows of it
        };
        IndexParts index;
        std::vector<Part> segments;  // in the order of their numbers
        std::vector<SegmentView> unsynced;
        Uncovered uncovered;
    };

    explicit Catalog(std::function<bool(std::string_view key)> is_hidden);

    // Segments.
    Slot add(std::shared_ptr<Segment> segment);
    void set_size(Slot slot, std::uint64_t size);
    void set_sealed(Slot slot);
    void set_synced(Slot slot);
    void set_leftover(Slot slot);
    void set_unfinished(Slot slot);
    // Records without a checksum; whether a snapshot can say all there is to say of the segment (by default it can).
    void describe(Slot slot, std::uint64_t unverified, bool can_be_covered);
    std::vector<SegmentView> segments() const;  // in the order of their numbers
    // What the header of a segment that begins with `number` says is before it: the highest number below, but for empty
    // ones.
    std::optional<std::uint64_t> number_before(std::uint64_t number) const;

    // Before replay: starts from what a snapshot covers, the first segments to be added.
    void adopt(Index index, std::optional<std::uint64_t> hidden_keys);
    void adopt_segment(Slot slot, SnapshotSegment known);

    // Replay, before anybody else sees the catalog: records in the order of the log, then finish_replay.
    void replay(const Change& change);
    void finish_replay();
    // Whether all that was looked up in an index on demand could be had. The only method that tells instead of mending.
    bool intact() const;

    void commit(std::span<const Change> changes);
    // Grows with every change: what was found after it was read is still so while it stays the same.
    std::uint64_t version() const { return version_; }

    std::optional<Found> find(std::string_view key) const;
    std::vector<std::optional<Found>> find_each(std::span<const std::string> keys) const;  // see Index
    std::vector<ListItem> list(const ListRequest& request) const;
    ListedNames list_names(const ListRequest& request) const;
    std::vector<Listed> find_all(const ListRequest& request) const;  // the keys of list(), without groups
    bool any(std::string_view prefix) const;
    struct Presence {
        bool below = false;
        std::optional<Found> found;
    };
    Presence presence(std::string_view prefix) const;  // see Index
    Totals totals() const;
    // Brings an index on demand into memory, whole.
    void load() const;
    Uncovered uncovered() const;
    std::size_t size() const;  // keys, hidden ones included
    // Nothing if there is something in it that a snapshot cannot say. No commit may be under way.
    std::optional<Frozen> freeze() const;
    // A snapshot of what was frozen is in its place.
    void covered(const Uncovered& frozen);
    Staleness staleness() const;  // cheap; leftovers do not count, since no compaction drops them

    // For a compaction, after load(). Whether the Set at this place is its key's last record.
    bool keeps_set(Slot slot, std::uint64_t offset, std::string_view key) const;
    // The offsets of all such Sets of a segment, ascending; a commit may have made some of them dead since. Nothing if
    // there are so many other keys that it is cheaper to ask for each.
    std::optional<std::vector<std::uint64_t>> live_sets(Slot slot) const;
    // Whether a Delete of `key` in `slot` still hides something; `merging`: the segments before it in the merge count
    // as older.
    bool keeps_delete(Slot slot, std::string_view key, bool merging) const;
    // Moves the index to the output. The last input is forgotten; the others stay as leftovers until removed.
    Slot replace(const Replacement& replacement);
    void remove(Slot slot);  // its file is gone

private:
    struct Account {
        SegmentView view;
        std::uint64_t unverified = 0;
        bool can_be_covered = true;
        KeyHashes dead_sets;
        std::vector<PendingDelete> pending;
    };

    Slot add_locked(std::shared_ptr<Segment> segment);
    Slot add_output(const Replacement& replacement);
    static void make_leftover_locked(Account& account);
    template <class Read>
    auto reading(Read read) const -> decltype(read());
    std::optional<Found> found_locked(const std::optional<Entry>& entry) const;
    void rebuild_locked(const std::optional<Entry>& end) const;
    std::vector<SegmentView> segments_locked() const;
    std::optional<Entry> change_index_locked(const Change& change);
    void count_locked(const Change& change, const std::optional<Entry>& old);
    void kill_locked(std::string_view key, const Entry& dead);
    void count_delete_locked(Slot slot, PendingDelete record);
    bool hidden_by_older_locked(Slot slot, std::uint64_t hash) const;
    void settle_pending_locked();
    void uncover_all_locked();
    bool is_much_locked(std::uint64_t records) const;
    void move_each(const Replacement& replacement, Slot output);
    void move_locked(const Replacement& replacement, Slot output, std::size_t begin, std::size_t end);
    void move_all(const Replacement& replacement, Slot output);
    void note_moved_locked(const Replacement& replacement, Slot output, const Replacement::Moved& moved, bool live);
    bool count_hidden() const;

    // Hidden keys, as far as they were counted: from the first key on, piece by piece, once somebody asks.
    struct HiddenKeys {
        std::uint64_t count = 0;
        std::optional<std::string> up_to;
        bool all = false;
        bool has_met(std::string_view key) const { return all || (up_to && key <= *up_to); }
    };

    const std::function<bool(std::string_view)> is_hidden_;

    mutable std::shared_mutex mutex_;
    std::atomic<std::uint64_t> version_{0};  // changes with mutex_ held
    // Guarded by mutex_.
    mutable Index index_;  // building it anew changes nothing that it shows
    Uncovered uncovered_;
    std::vector<std::optional<Account>> accounts_;  // by slot; slots are not used again
    std::map<std::uint64_t, Slot> by_number_;
    bool adopted_ = false;  // a snapshot
    mutable HiddenKeys hidden_keys_;

    // Only during replay; none over a snapshot.
    std::unique_ptr<Index::Loader> loader_;
};

}  // namespace bytestore
