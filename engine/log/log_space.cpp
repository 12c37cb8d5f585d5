#include "engine/log/log_space.h"

#include "engine/io/os_error.h"
#include "engine/log/segment_name.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bytestore {
namespace {

constexpr std::uint64_t kSmallestStep = std::uint64_t{64} << 10;
constexpr std::uint64_t kLargestStep = std::uint64_t{8} << 20;
// A larger piece is not even tried when the disk has less: some file systems keep what they got before it failed.
constexpr std::uint64_t kTriedBlindly = std::uint64_t{1} << 20;

bool no_space(const Status& done)
{
    return !done && done.error().code == Errc::no_space;
}

}  // namespace

void Reservation::release() noexcept
{
    if (bytes_ > 0) {
        space_->take_back(std::exchange(bytes_, 0));
    }
}

LogSpace::LogSpace(Directory& directory, std::uint64_t segment_size)
    : directory_(directory),
      largest_step_(std::min(kLargestStep, segment_size)),
      step_(std::min(kSmallestStep, largest_step_))
{
}

Result<bool> LogSpace::promise(Reservation& reservation, std::uint64_t bytes)
{
    const std::lock_guard lock(mutex_);
    if (!segment_) {
        return false;
    }
    const auto more = bytes - std::min(bytes, reservation.bytes_);
    if (lent_ && more > 0) {
        return std::unexpected(no_room_locked().error());
    }
    promised_ += more;
    if (auto done = ensure_locked(wanted_locked()); !done) {
        promised_ -= more;
        return forward(done);
    }
    reservation.space_ = this;
    reservation.bytes_ += more;
    return true;
}

void LogSpace::take_back(std::uint64_t bytes) noexcept
{
    const std::lock_guard lock(mutex_);
    promised_ -= bytes;
}

bool LogSpace::scarce() const
{
    const std::lock_guard lock(mutex_);
    return scarce_;
}

Status LogSpace::move_to(std::shared_ptr<Segment> segment, std::uint64_t end, bool spare_or_not)
{
    const std::lock_guard lock(mutex_);
    const auto before_end = std::exchange(end_, end);
    const auto before_allocated = std::exchange(allocated_to_, end);
    std::swap(segment_, segment);
    auto done = ensure_locked(wanted_locked());
    if (no_space(done) && spare_or_not) {
        done = take_what_there_is_locked();
    }
    if (!done) {
        std::swap(segment_, segment);
        end_ = before_end;
        allocated_to_ = before_allocated;
        return done;
    }
    return {};
}

void LogSpace::resume(std::shared_ptr<Segment> segment, std::uint64_t end)
{
    const std::lock_guard lock(mutex_);
    segment_ = std::move(segment);
    end_ = end;
    allocated_to_ = end;
    if (segment_ && promised_ > 0) {
        ignore(ensure_locked(wanted_locked()));  // asking again for what the file has costs nothing
    }
}

void LogSpace::reopened(std::shared_ptr<Segment> segment)
{
    const std::lock_guard lock(mutex_);
    segment_ = std::move(segment);
}

bool LogSpace::leave()
{
    const std::lock_guard lock(mutex_);
    if (promised_ > 0) {
        return false;
    }
    segment_.reset();
    return true;
}

Status LogSpace::admit(const Need& need)
{
    const std::lock_guard lock(mutex_);
    admitted_ = need.bytes - std::min(need.bytes, sum_of(need.drawn));
    auto done = lent_ && admitted_ > 0 && !need.removes ? no_room_locked() : ensure_locked(wanted_locked());
    if (no_space(done) && (need.removes || admitted_ == 0)) {
        done = ensure_locked(least_locked());
    }
    if (!done) {
        admitted_ = 0;
    }
    return done;
}

void LogSpace::appended(std::uint64_t end, const std::vector<Reservation*>& drawn)
{
    const std::lock_guard lock(mutex_);
    end_ = end;
    admitted_ = 0;
    for (auto* reservation : drawn) {
        promised_ -= std::exchange(reservation->bytes_, 0);
    }
}

void LogSpace::cut_back()
{
    const std::lock_guard lock(mutex_);
    admitted_ = 0;
    allocated_to_ = end_;
    ignore(ensure_locked(wanted_locked()));  // whoever needs it asks again
}

void LogSpace::trim()
{
    const std::lock_guard lock(mutex_);
    if (!segment_ || !can_take_ || allocated_to_ <= end_ + 2 * kSpare) {
        return;
    }
    if (segment_->file().truncate(end_)) {
        allocated_to_ = end_;
        ignore(take_locked(end_ + kSpare));  // the next opening asks again
    }
}

void LogSpace::lend()
{
    const std::lock_guard lock(mutex_);
    lent_ = true;
    if (segment_ && promised_ == 0 && segment_->file().truncate(end_)) {
        allocated_to_ = end_;
    }
}

void LogSpace::take_spare()
{
    const std::lock_guard lock(mutex_);
    lent_ = false;
    if (segment_) {
        ignore(ensure_locked(wanted_locked()));
    }
}

std::uint64_t LogSpace::sum_of(const std::vector<Reservation*>& drawn)
{
    std::uint64_t sum = 0;
    for (const auto* reservation : drawn) {
        sum += reservation->bytes_;
    }
    return sum;
}

Status LogSpace::no_room_locked() const
{
    return os_failure(ENOSPC, "reserve space for", segment_ ? segment_name(segment_->number()) : "the log");
}

// With a step beyond `end` if there is plenty, else just that.
Status LogSpace::ensure_locked(std::uint64_t end)
{
    if (end <= allocated_to_) {
        scarce_ = scarce_ && end < wanted_locked();
        return {};
    }
    Status done = fail(Errc::no_space, "");
    if (!lent_ && plenty_locked(2 * (end + step_ - allocated_to_))) {
        done = take_locked(end + step_);
        step_ = std::min(2 * step_, largest_step_);
    }
    if (no_space(done)) {
        done = take_locked(end);
    }
    if (done || no_space(done)) {
        scarce_ = !done || end < wanted_locked();
    }
    return done;
}

// At least what must be had, and of the spare as large a part as is to be had.
Status LogSpace::take_what_there_is_locked()
{
    for (auto spare = kSpare / 2; spare > kSealRoom; spare /= 2) {
        if (take_locked(end_ + promised_ + admitted_ + spare)) {
            return {};
        }
    }
    return take_locked(least_locked());
}

// Takes the space up to the offset `end` of the file.
Status LogSpace::take_locked(std::uint64_t end)
{
    if (!can_take_) {
        return count_locked(end);
    }
    const auto length = end - allocated_to_;
    if (length > kTriedBlindly && !plenty_locked(length)) {
        return no_room_locked();
    }
    auto done = segment_->file().reserve(allocated_to_, length);
    if (!done && (done.error().os_error == EOPNOTSUPP || done.error().os_error == ENOSYS)) {
        can_take_ = false;
        return count_locked(end);
    }
    if (done) {
        allocated_to_ = end;
    }
    return done;
}

Status LogSpace::count_locked(std::uint64_t end)
{
    if (!plenty_locked(end - end_)) {
        return no_room_locked();
    }
    allocated_to_ = end;
    return {};
}

bool LogSpace::plenty_locked(std::uint64_t bytes) const
{
    const auto space = directory_.space();
    return space && space->blocks_available * space->block_size >= bytes;
}

}  // namespace bytestore
