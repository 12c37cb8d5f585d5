// Disk space ahead of the log's end, taken before it is needed: what was promised to writers, and a spare with which
// records can be removed and segments sealed on a full disk.
//
// While the disk has room, end + promised + spare lies inside what the active segment's file has allocated. Space is
// taken in steps that grow, so that a single write takes little and a busy daemon asks seldom. Where the file system
// cannot take space in advance, free space is counted instead, which is a fair guess.
//
// Threads: every method locks by itself; the mutex comes after the store's commit mutex. What moves the end (from
// `move_to` on) is called with the commit mutex held.
#pragma once

#include "engine/io/file.h"
#include "engine/log/segment.h"
#include "engine/reservation.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace bytestore {

class LogSpace {
public:
    // What the next append needs.
    struct Need {
        std::uint64_t bytes = 0;               // at most
        std::vector<Reservation*> drawn = {};  // which it uses up
        bool removes = false;                  // it leaves less behind: it may take the spare
    };

    // A segment is not meant to grow beyond `segment_size` bytes: no step is larger.
    LogSpace(Directory& directory, std::uint64_t segment_size);

    // Makes `reservation` hold `bytes`. False, and nothing done, without an active segment. Errc::no_space: it holds
    // what it held.
    Result<bool> promise(Reservation& reservation, std::uint64_t bytes);
    void take_back(std::uint64_t bytes) noexcept;
    // Whether the spare could not be had when it was last asked for.
    bool scarce() const;

    // From here on `segment`, which ends at `end`, is the active one: everything promised is taken there, and the spare
    // (with `spare_or_not`, what there is of it). On error the one before stays.
    Status move_to(std::shared_ptr<Segment> segment, std::uint64_t end, bool spare_or_not = false);
    // The same at opening, and back to the one before (or to none) if the new one came to nothing.
    void resume(std::shared_ptr<Segment> segment, std::uint64_t end);
    // The active segment's file was opened under another name.
    void reopened(std::shared_ptr<Segment> segment);
    // No segment is the active one any more. False, and nothing done, if something is promised.
    bool leave();

    // Sees to it that the next append finds its space and leaves others theirs, or Errc::no_space. `appended` ends what
    // it keeps for that.
    Status admit(const Need& need);
    void appended(std::uint64_t end, const std::vector<Reservation*>& drawn);
    // The append failed, and its file was truncated, which freed all that was taken.
    void cut_back();
    // The next two truncate the file at its end, which nobody else may have moved.
    // Gives back what was taken beyond the spare, if it is much.
    void trim();
    // For a compaction: gives back everything, unless something is promised, and from now on takes only what must be
    // had, for promises that are kept and for removals; all else is Errc::no_space. `take_spare` ends that.
    void lend();
    // If it can be had. The next append asks for it as well, but others may have filled the disk by then.
    void take_spare();

private:
    static constexpr std::uint64_t kSpare = std::uint64_t{256} << 10;
    static constexpr std::uint64_t kSealRoom = 512;  // in the spare, for a newline and the seal

    static std::uint64_t sum_of(const std::vector<Reservation*>& drawn);
    std::uint64_t least_locked() const { return end_ + promised_ + admitted_ + kSealRoom; }
    std::uint64_t wanted_locked() const { return lent_ ? least_locked() : end_ + promised_ + admitted_ + kSpare; }
    Status no_room_locked() const;
    Status ensure_locked(std::uint64_t end);
    Status take_what_there_is_locked();
    Status take_locked(std::uint64_t end);
    Status count_locked(std::uint64_t end);
    bool plenty_locked(std::uint64_t bytes) const;

    Directory& directory_;
    const std::uint64_t largest_step_;

    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::shared_ptr<Segment> segment_;
    std::uint64_t end_ = 0;           // of the segment
    std::uint64_t allocated_to_ = 0;  // of its file, as far as is known
    std::uint64_t promised_ = 0;      // by all reservations
    std::uint64_t admitted_ = 0;      // to the append under way, beyond what it draws on
    std::uint64_t step_;              // bytes to take beyond what is wanted, next time
    bool can_take_ = true;            // the file system knows how
    bool scarce_ = false;
    bool lent_ = false;
};

}  // namespace bytestore
