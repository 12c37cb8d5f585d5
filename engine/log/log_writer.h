// The end of the log, where records are appended: the active segment, its header and seal, the roll to the next one,
// and the state that stops all writing after an error that leaves the end unknown.
//
// Order on disk, in every sync mode: before a new segment takes a record, the one before it is sealed (unless lines
// that are not ours stand in it) and synced, the new one is created with its header and synced, and the directory is
// synced. So what survives a loss of power is a prefix of what was appended.
//
// The new one is made under a temporary name, and takes over the disk space that was promised to writers, before the
// old one is sealed; only then it gets its own name. If the disk has no room for both, the log goes on in the old one.
#pragma once

#include "engine/log/buffered_output.h"
#include "engine/log/catalog.h"
#include "engine/log/lock_file.h"
#include "engine/log/log_space.h"
#include "engine/log/log_tail.h"
#include "engine/log/recovery.h"
#include "engine/options.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bytestore {

class LogWriter {
public:
    LogWriter(Directory& directory, Catalog& catalog, LockFile& lock, const Options& options, const LogEnd& end);

    // Tells LOCK who writes now. Before that, LOCK still says what the last writer left. A store that stays open takes
    // its spare.
    Status open();

    // The following are called with the store's commit mutex held.

    using Emit = std::function<Status(BufferedOutput&)>;

    // Makes an active segment ready for what is needed: rolls or creates one as needed, and makes sure that nobody else
    // wrote to it (Errc::foreign_writer, and writing stops) and that it has the space (Errc::no_space). On any other
    // error nothing has changed.
    Status begin(const LogSpace::Need& need);
    // Appends what `emit` writes, all or nothing: `lines` whole lines, which use up the reservations `drawn`. Between
    // begin and append nothing else touches the log.
    Status append(std::uint64_t lines, const Emit& emit, const std::vector<Reservation*>& drawn = {});
    // Errc::foreign_writer, and writing stops, if the active segment, or the directory, is not what we left.
    Status verify_untouched();
    // Seals and syncs the active segment, so that it can be compacted. Nothing to do without one. What is promised to
    // writers moves to a new segment; Errc::no_space if the disk has no room for both.
    Status roll();
    // Makes an active segment if there is none, so that space can be promised; with `spare_or_not` also where the disk
    // has no room for all of the spare.
    Status ready(bool spare_or_not = false);
    // Gives back what was taken ahead of the end, for a compaction on a full disk, unless something is promised.
    // LogSpace::take_spare ends it.
    void lend_space();
    LogSpace& space() { return space_; }
    std::optional<Catalog::Slot> active() const { return active_; }
    std::shared_ptr<Segment> segment() const { return segment_; }  // the active one
    std::uint64_t end() const { return end_; }
    const LogTail& tail() const { return tail_; }
    std::uint64_t unsynced() const { return active_ ? end_ - std::min(end_, synced_to_) : 0; }  // bytes
    bool all_synced() const { return !active_ || synced_to_ >= end_; }
    // What the field "d" of the next record has to say, if anything: bytes of the active segment that were synced since
    // the last one.
    std::optional<std::uint64_t> sync_mark() const;
    void sync_mark_written() { announced_ = synced_to_; }
    // Bytes of the segment in `slot` are known to be synced now. Tells LOCK.
    void synced(Catalog::Slot slot, std::uint64_t bytes);
    // Tells LOCK, which speaks of one file, of the one that took the place of the last segment, if that is not active.
    void last_was_rewritten();
    // Tells LOCK that the store is closed in order; Errc::stopped if it is not.
    Status close();

    // From any thread: ends all writing, visibly and for good. `check` tells why, as Errc::stopped.
    void stop(const std::string& reason);
    Status check() const;
    std::string stop_reason() const;

private:
    // A segment that still has its temporary name.
    struct Next {
        FileInfo info;
        std::shared_ptr<Segment> segment;
        std::uint64_t end = 0;
    };

    bool must_begin_another() const { return !active_ || must_roll_; }
    Status next_segment(bool spare_or_not);
    Result<Next> open_next();
    Status prepare(Next& next);
    Status write_header(Next& next);
    Status publish(const Next& next);
    void adopt(const Next& next);
    std::shared_ptr<Segment> reopened(const Next& next);
    void space_follows();
    Status seal();
    Status write_lines(std::uint64_t lines, const Emit& emit);
    Status sync_older();
    Status verify_name_free(const std::string& name);
    Status add_newline();
    Status write_claims(LockClaims::State state);
    void claim(const Segment& segment, std::uint64_t synced);
    void tell_claim(const Segment& segment, std::uint64_t synced);

    Directory& directory_;
    Catalog& catalog_;
    LockFile& lock_;
    const Options& options_;
    LogSpace space_;

    // Guarded by the store's commit mutex.
    std::optional<Catalog::Slot> active_;
    std::shared_ptr<Segment> segment_;
    std::optional<Catalog::Slot> empty_slot_;  // of an empty file whose name the next segment takes
    std::uint64_t next_number_ = 0;
    std::uint64_t roll_size_;      // that it may have
    std::uint64_t end_ = 0;        // of the active segment
    std::uint64_t lines_ = 0;      // in it
    std::uint64_t synced_to_ = 0;  // bytes of it
    std::uint64_t announced_ = 0;  // by a "d"
    bool newline_missing_ = false;
    bool must_roll_ = false;
    LogTail tail_;
    std::string room_;  // what is written next is put together in it

    mutable std::mutex stop_mutex_;
    std::atomic<bool> stopped_ = false;  // set with stop_mutex_ held, behind the reason
    // Guarded by stop_mutex_.
    std::string stop_reason_;
    LockClaims claims_;
};

// 16 random hex digits, for a new segment.
std::string random_id();

}  // namespace bytestore
