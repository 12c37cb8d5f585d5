// What a store does for itself beside its callers' work: compactions, when they are due or asked for, and snapshots.
//
// What is due is done by a thread of its own, or, with Options::housekeeping_thread off, by the call of look() that
// finds it due: for a program of one command, which should not end before it.
//
// Locks: that of compactions comes first, then the store's sync and commit mutexes. Threads: every method may be called
// from any thread that holds none of these.
#pragma once

#include "engine/compaction/compactor.h"
#include "engine/delayed_call.h"
#include "engine/log/catalog.h"
#include "engine/log/log_writer.h"
#include "engine/log/snapshot_keeper.h"
#include "engine/options.h"
#include "engine/spinning_mutex.h"
#include "engine/store.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace bytestore {

class Housekeeper {
public:
    // Of the store, which outlives this.
    struct Parts {
        Directory& directory;
        Catalog& catalog;
        LogWriter& writer;
        SpinningMutex& commit_mutex;
        const Options& options;
        std::function<Status()> sync;  // everything committed so far is on stable storage
    };

    explicit Housekeeper(Parts parts);
    // Waits for what is under way, which had better been given up before.
    ~Housekeeper() = default;
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    // Drops what is stale from every segment, after a compaction that is under way. Errc::busy if it was given up.
    Result<CompactionReport> compact();
    // For a commit that failed for lack of space: compacts if anything is dead, or waits for a compaction that is under
    // way. `before` is what attempts() was before that commit. Whether it is worth trying again.
    bool made_room(std::uint64_t before);
    std::uint64_t attempts() const { return attempts_; }
    // After a commit.
    void look();
    // A segment was sealed: a time to see whether a snapshot is due.
    void segment_finished() { rolled_ = true; }
    // Compactions that are under way, and later ones, end soon with Errc::busy; what they did before stands.
    void give_up() { stop_.request_stop(); }
    // For the end: gives up, waits, and writes a snapshot if one is due (of what is synced, if it may not sync).
    void finish(bool snapshot, bool may_sync);

    std::uint64_t compactions() const { return compactions_; }
    std::uint64_t reclaimed_bytes() const { return reclaimed_; }

private:
    bool due() const;
    void work();
    void work_and_rest();  // as the thread does
    void rest() const;
    void compact_if_due();
    void compact_unasked_locked(unsigned dead_percent);
    void snapshot_if_rolled();
    Result<CompactionReport> compact_locked(unsigned dead_percent);
    Result<CompactionReport> compact_all_locked(unsigned dead_percent);
    void go_on_writing() const;
    Result<bool> roll_if_stale(unsigned dead_percent);
    Result<std::optional<Catalog::Frozen>> freeze() const;

    const Parts parts_;
    SnapshotKeeper snapshots_;
    std::stop_source stop_;

    std::mutex mutex_;            // one compaction or snapshot at a time
    std::uint64_t hopeless_ = 0;  // guarded by mutex_: dead bytes that the last attempt to make room had to leave
    std::atomic<std::uint64_t> attempts_{0};  // to compact, that have ended
    std::atomic<std::uint64_t> compactions_{0};
    std::atomic<std::uint64_t> reclaimed_{0};
    std::atomic<bool> rolled_{false};
    std::atomic<std::uint64_t> next_attempt_{0};        // stale records at which the next one may come by itself
    std::atomic<std::uint64_t> next_large_attempt_{0};  // and dead bytes
    std::atomic<std::uint64_t> next_scarce_attempt_;    // and, on a full disk, dead bytes

    std::unique_ptr<DelayedCall> thread_;  // last: it uses all of the above
};

}  // namespace bytestore
