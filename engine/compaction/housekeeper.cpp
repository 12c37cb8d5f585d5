#include "engine/compaction/housekeeper.h"

#include "engine/log/segment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>

namespace bytestore {
namespace {

// An automatic compaction leaves segments alone of which less than this share is dead: their live records would be
// copied for little.
constexpr unsigned kWorthPercent = 25;

// So many dead bytes count as many stale records do: a few large values that are written again and again.
constexpr std::uint64_t kManyDeadBytes = std::uint64_t{64} << 20;

// After a compaction by itself that gave back less than that, the next one comes no sooner: each makes writers wait for
// the disk when it seals a segment.
constexpr std::chrono::seconds kRest{1};

// On a full disk so many more dead bytes are worth a compaction, however few records and whatever share they are.
constexpr std::uint64_t kWorthBytes = std::uint64_t{256} << 10;

}  // namespace

Housekeeper::Housekeeper(Parts parts)
    : parts_(std::move(parts)),
      snapshots_(parts_.directory, parts_.catalog, parts_.options,
                 {.freeze = [this] { return freeze(); },
                  .stop_writing = [this](const std::string& reason) { parts_.writer.stop(reason); }}),
      next_scarce_attempt_(kWorthBytes)
{
    if (parts_.options.housekeeping_thread) {
        thread_ = std::make_unique<DelayedCall>(std::chrono::milliseconds(0), [this] { work_and_rest(); });
    }
}

Result<CompactionReport> Housekeeper::compact()
{
    const std::lock_guard lock(mutex_);
    return compact_locked(0);
}

// Then all that is dead counts, in every segment. What an attempt could not free is no reason for another.
bool Housekeeper::made_room(std::uint64_t before)
{
    if (parts_.options.compaction_threshold == 0) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    if (attempts_ == before) {
        if (parts_.catalog.staleness().dead_bytes < hopeless_ + kDiskBlock) {
            return false;
        }
        compact_unasked_locked(0);
        hopeless_ = parts_.catalog.staleness().dead_bytes;
    }
    return true;
}

void Housekeeper::look()
{
    if (!rolled_ && !due()) {
        return;
    }
    if (thread_) {
        thread_->notice();
    } else {
        work();
    }
}

void Housekeeper::work()
{
    compact_if_due();
    snapshot_if_rolled();
}

void Housekeeper::work_and_rest()
{
    const auto compactions = compactions_.load();
    const auto reclaimed = reclaimed_.load();
    work();
    if (compactions_ != compactions && reclaimed_ - reclaimed < kManyDeadBytes) {
        rest();
    }
}

// Until the end of the rest, or of all.
void Housekeeper::rest() const
{
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop_.get_token(), kRest, [] { return false; });
}

void Housekeeper::finish(bool snapshot, bool may_sync)
{
    give_up();
    thread_.reset();
    const std::lock_guard lock(mutex_);
    if (snapshot && snapshots_.due()) {
        snapshots_.take(may_sync);
    }
}

bool Housekeeper::due() const
{
    if (parts_.options.compaction_threshold == 0) {
        return false;
    }
    const auto stale = parts_.catalog.staleness();
    const bool much = stale.records >= std::max(parts_.options.compaction_threshold, next_attempt_.load()) ||
                      stale.dead_bytes >= std::max(kManyDeadBytes, next_large_attempt_.load());
    const bool worth = much && stale.dead_bytes * 100 >= stale.log_bytes * parts_.options.compaction_dead_percent;
    return worth || (stale.dead_bytes >= next_scarce_attempt_ && parts_.writer.space().scarce());
}

void Housekeeper::compact_if_due()
{
    if (!due()) {
        return;
    }
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock && due()) {  // else one is under way, or one that just ended was enough
        compact_unasked_locked(std::min(kWorthPercent, parts_.options.compaction_dead_percent));
    }
}

// One that fails does not make the write fail that happened to be due for it. What it left must double before the next
// one, so that one in vain does not come with every write.
void Housekeeper::compact_unasked_locked(unsigned dead_percent)
{
    const auto done = compact_locked(dead_percent);
    const auto left = parts_.catalog.staleness();
    next_attempt_ = left.records * 2;
    next_large_attempt_ = left.dead_bytes * 2;
    next_scarce_attempt_ = left.dead_bytes + kWorthBytes;
    if (!done && done.error().code != Errc::busy && parts_.options.log) {
        parts_.options.log(LogLevel::warning, fmt::format("compaction failed: {}", done.error().message));
    }
}

void Housekeeper::snapshot_if_rolled()
{
    if (!rolled_) {
        return;
    }
    // A compaction under way writes one when it is done.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock && rolled_.exchange(false) && snapshots_.due()) {
        snapshots_.take(true);
    }
}

// One for which the disk is too full gets the room of the snapshot, which can be made again, and what the log has taken
// ahead; afterwards that is taken back, before others do.
Result<CompactionReport> Housekeeper::compact_locked(unsigned dead_percent)
{
    auto report = compact_all_locked(dead_percent);
    const bool full = !report && report.error().code == Errc::no_space;
    if (full) {
        ignore(parts_.directory.unlink(std::string(kSnapshotName)));  // there may be none
        {
            const std::lock_guard commits(parts_.commit_mutex);
            parts_.writer.lend_space();
        }
        report = compact_all_locked(dead_percent);
    }
    if (full || parts_.options.housekeeping_thread) {
        go_on_writing();
    }
    ++attempts_;
    return report;
}

// Who waits for the next commit to begin a segment may find that others have filled the disk meanwhile, and that there
// is no spare with which to remove records.
void Housekeeper::go_on_writing() const
{
    const std::lock_guard commits(parts_.commit_mutex);
    parts_.writer.space().take_spare();
    ignore(parts_.writer.ready(true));  // the next commit tries again
}

Result<CompactionReport> Housekeeper::compact_all_locked(unsigned dead_percent)
{
    parts_.catalog.load();
    TRY(roll_if_stale(dead_percent));
    Compactor compactor(parts_.directory, parts_.catalog,
                        {.sync_active = parts_.sync,
                         .stop_writing = [this](const std::string& reason) { parts_.writer.stop(reason); },
                         .replaced =
                             [this] {
                                 const std::lock_guard commits(parts_.commit_mutex);
                                 parts_.writer.last_was_rewritten();
                             },
                         .log = parts_.options.log,
                         .given_up = stop_.get_token()});
    TRY_ASSIGN(auto report, compactor.run(dead_percent));
    // Deletes in the active segment that hid what stood in older ones are dead only now.
    TRY_ASSIGN(const bool rolled, roll_if_stale(dead_percent));
    if (rolled) {
        TRY_ASSIGN(report, compactor.run(dead_percent));
    }
    ++compactions_;
    reclaimed_ += report.bytes_before - std::min(report.bytes_before, report.bytes_after);
    if (snapshots_.due()) {
        snapshots_.take(true);
    }
    return report;
}

// Seals the active segment if so much of it is dead, so that it can be rewritten.
Result<bool> Housekeeper::roll_if_stale(unsigned dead_percent)
{
    const std::lock_guard commits(parts_.commit_mutex);
    const auto views = parts_.catalog.segments();
    const auto active = std::ranges::find_if(
        views, [&](const Catalog::SegmentView& view) { return view.slot == parts_.writer.active(); });
    if (active == views.end() || !active->stale_enough(dead_percent)) {
        return false;
    }
    auto rolled = parts_.writer.roll();
    if (!rolled && rolled.error().code == Errc::no_space) {
        return false;  // it is left out: what is promised in it found no other place
    }
    TRY(std::move(rolled));
    return true;
}

Result<std::optional<Catalog::Frozen>> Housekeeper::freeze() const
{
    const std::lock_guard commits(parts_.commit_mutex);
    TRY(parts_.writer.check());
    return parts_.catalog.freeze();
}

}  // namespace bytestore
