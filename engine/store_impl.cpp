#include "engine/store_impl.h"

#include "engine/commit.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

namespace bytestore {
namespace {

// So many bytes that are not synced are synced ahead, in every sync mode: the roll to the next segment, which waits for
// that of all of them, does not wait long.
constexpr std::uint64_t kSyncAhead = std::uint64_t{8} << 20;

std::string absolute_path(const std::string& path)
{
    std::error_code error;
    auto absolute = std::filesystem::weakly_canonical(path, error);
    return error ? path : absolute.string();
}

std::uint64_t file_bytes(Directory& directory)
{
    std::uint64_t sum = 0;
    const auto names = directory.list();
    for (const auto& name : names ? *names : std::vector<std::string>{}) {
        if (name.starts_with("log-")) {
            const auto info = directory.info(name);
            sum += info ? info->size : 0;
        }
    }
    return sum;
}

}  // namespace

Status Store::Impl::open(FileSystem& files)
{
    const bool create = options_.create && !options_.read_only;
    auto directory = files.open_directory(path_, create);
    if (directory) {
        directory_ = std::move(*directory);
        TRY_ASSIGN(directory_info_, directory_->info());
        return options_.read_only ? open_for_reading() : open_for_writing();
    }
    if (options_.read_only && directory.error().os_error == ENOENT) {
        catalog_ = catalog_maker()();
        return {};
    }
    return forward(directory);
}

Status Store::Impl::open_for_reading()
{
    TRY_ASSIGN(catalog_, recover_for_reading(*directory_, catalog_maker(), options_));
    return {};
}

Status Store::Impl::open_for_writing()
{
    TRY_ASSIGN(lock_, LockFile::acquire(*directory_, path_, options_.lock_wait));
    TRY_ASSIGN(auto recovered, recover_for_writing(*directory_, lock_->previous(), catalog_maker(), options_));
    catalog_ = std::move(recovered.catalog);
    writer_ = std::make_unique<LogWriter>(*directory_, *catalog_, *lock_, options_, recovered.end);
    TRY(writer_->open());
    housekeeper_ = std::make_unique<Housekeeper>(Housekeeper::Parts{.directory = *directory_,
                                                                    .catalog = *catalog_,
                                                                    .writer = *writer_,
                                                                    .commit_mutex = commit_mutex_,
                                                                    .options = options_,
                                                                    .sync = [this] { return sync_to(committed_); }});
    synced_ = writer_->all_synced() ? kOpening : 0;
    if (options_.sync == SyncMode::interval) {
        flusher_ = std::make_unique<DelayedCall>(options_.sync_interval, [this] { ignore(sync_to(committed_)); });
    }
    sync_ahead_ = std::make_unique<DelayedCall>(std::chrono::milliseconds(0), [this] { sync_ahead(); });
    return {};
}

Status Store::Impl::close()
{
    if (std::exchange(closed_, true) || !writer_) {
        return {};
    }
    flusher_.reset();
    sync_ahead_.reset();
    housekeeper_->give_up();
    const Status synced = options_.sync == SyncMode::never ? Status{} : sync_to(committed_);
    housekeeper_->finish(synced.has_value(), options_.sync != SyncMode::never);
    const std::lock_guard commits(commit_mutex_);
    const Status closed = writer_->close();
    lock_.reset();
    directory_.reset();
    return synced ? closed : synced;
}

Status Store::Impl::writable() const
{
    if (options_.read_only) {
        return fail(Errc::read_only, fmt::format("the store {} is open for reading only", path_));
    }
    return writer_->check();
}

// A commit under way looks by itself.
Status Store::Impl::check_log()
{
    TRY(writable());
    const std::unique_lock commits(commit_mutex_, std::try_to_lock);
    return commits ? writer_->verify_untouched() : Status{};
}

Result<Position> Store::Impl::commit_once(const Batch& batch)
{
    const std::lock_guard commits(commit_mutex_);
    Commit planned(writer_->tail());
    TRY(planned.plan(batch, *catalog_, options_));
    if (planned.lines() == 0) {
        return Position{committed_};
    }
    const auto active = writer_->active();
    TRY(writer_->begin({.bytes = planned.bytes(), .drawn = batch.drawn(), .removes = planned.removes()}));
    if (active && active != writer_->active()) {
        housekeeper_->segment_finished();
    }
    const auto mark = writer_->sync_mark();
    const auto emit = [&](BufferedOutput& output) { return planned.emit(output, *writer_->active(), mark); };
    TRY(writer_->append(planned.lines(), std::ref(emit), batch.drawn()));
    writer_->sync_mark_written();
    // Counted before it is seen: a compaction that drops what it replaces must know that there is something to sync.
    const Position position{++committed_};
    for (auto& [offset, text] : planned.known_texts()) {
        large_values_.written({writer_->segment(), offset}, std::move(text));
    }
    catalog_->commit(planned.changes());
    notice_commit();
    return position;
}

void Store::Impl::notice_commit()
{
    if (flusher_) {
        flusher_->notice();
    }
    if (writer_->unsynced() >= kSyncAhead) {
        sync_ahead_->notice();
    }
}

// Most of what a roll would have to sync is on its way to the disk before.
void Store::Impl::sync_ahead()
{
    {
        const std::lock_guard commits(commit_mutex_);
        if (writer_->unsynced() < kSyncAhead) {
            return;
        }
    }
    ignore(sync_to(committed_));  // a failure has stopped all writing, visibly
}

Status Store::Impl::settle(Position position)
{
    if (options_.sync == SyncMode::always) {
        TRY(sync_to(position.sequence));
    }
    if (housekeeper_) {
        housekeeper_->look();
    }
    return {};
}

// What fails for lack of space may succeed after a compaction.
template <class Attempt>
auto Store::Impl::making_room(Attempt attempt) -> decltype(attempt())
{
    TRY(writable());
    const auto before = housekeeper_->attempts();
    auto done = attempt();
    const bool again = !done && done.error().code == Errc::no_space && housekeeper_->made_room(before);
    return again ? attempt() : std::move(done);
}

Result<Position> Store::Impl::commit(const Batch& batch)
{
    return making_room([&] { return commit_once(batch); });
}

Status Store::Impl::reserve(Reservation& reservation, std::uint64_t bytes)
{
    if (bytes <= reservation.bytes()) {
        return {};
    }
    return making_room([&] { return reserve_once(reservation, bytes); });
}

Status Store::Impl::reserve_once(Reservation& reservation, std::uint64_t bytes)
{
    TRY_ASSIGN(const bool promised, writer_->space().promise(reservation, bytes));
    if (promised) {
        return {};
    }
    const std::lock_guard commits(commit_mutex_);
    TRY(writer_->ready());
    TRY(writer_->space().promise(reservation, bytes));
    return {};
}

Status Store::Impl::sync_to(std::uint64_t sequence)
{
    TRY(writable());
    const std::lock_guard syncs(sync_mutex_);
    if (synced_ >= sequence) {
        return {};
    }
    std::shared_ptr<Segment> segment;
    std::optional<Catalog::Slot> slot;
    std::uint64_t end = 0;
    std::uint64_t reached = 0;
    {
        const std::lock_guard commits(commit_mutex_);
        TRY(writer_->check());
        segment = writer_->segment();
        slot = writer_->active();
        end = writer_->end();
        reached = committed_;
    }
    if (segment) {
        if (auto done = segment->file().sync(); !done) {
            writer_->stop(done.error().message);
            return done;
        }
        ++syncs_;
        const std::lock_guard commits(commit_mutex_);
        writer_->synced(*slot, end);
    }
    synced_ = reached;
    return {};
}

Result<CompactionReport> Store::Impl::compact()
{
    TRY(writable());
    return housekeeper_->compact();
}

void Store::Impl::abandon_compactions()
{
    if (housekeeper_) {
        housekeeper_->give_up();
    }
}

Stats Store::Impl::stats() const
{
    const auto totals = catalog_->totals();
    Stats stats;
    stats.directory = absolute_path(path_);
    stats.live_keys = totals.live_keys;
    stats.hidden_keys = totals.hidden_keys;
    stats.disk_bytes = directory_ ? file_bytes(*directory_) : 0;
    stats.segments = totals.segments;
    stats.records = totals.records;
    stats.stale_records = totals.stale_records;
    stats.dead_bytes = totals.dead_bytes;
    stats.unverified = totals.unverified;
    stats.commits = committed_ - kOpening;
    stats.syncs = syncs_;
    stats.compactions = housekeeper_ ? housekeeper_->compactions() : 0;
    stats.reclaimed_bytes = housekeeper_ ? housekeeper_->reclaimed_bytes() : 0;
    stats.index_bytes = totals.index_bytes;
    stats.stopped = writer_ ? writer_->stop_reason() : "";
    return stats;
}

}  // namespace bytestore
