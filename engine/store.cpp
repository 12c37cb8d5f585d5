// Locks, in the order in which they may be taken: compaction_mutex_, sync_mutex_, commit_mutex_, then those inside
// Catalog, LogWriter and DelayedCall. Nothing is called back (options.log apart) while one is held.
#include "engine/store.h"

#include "engine/commit.h"
#include "engine/compaction/compactor.h"
#include "engine/delayed_call.h"
#include "engine/log/catalog.h"
#include "engine/log/lock_file.h"
#include "engine/log/log_writer.h"
#include "engine/log/recovery.h"
#include "engine/log/snapshot_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <utility>

namespace bytestore {
namespace {

// An automatic compaction leaves segments alone of which less than this share is dead: their live records would be
// copied for little.
constexpr unsigned kWorthPercent = 25;

// So many dead bytes count as many stale records do: a few large values that are written again and again.
constexpr std::uint64_t kManyDeadBytes = std::uint64_t{64} << 20;

// On a full disk so many more dead bytes are worth a compaction, however few records and whatever share they are.
constexpr std::uint64_t kWorthBytes = std::uint64_t{256} << 10;

// The place in the order of commits of what an earlier process left; our own follow.
constexpr std::uint64_t kOpening = 1;

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

class Store::Impl {
public:
    Impl(std::string path, Options options)
        : path_(std::move(path)), options_(std::move(options))
    {
    }

    Status open(FileSystem& files);
    Status close();

    Result<Position> commit(const Batch& batch);
    Status settle(Position position);
    Status reserve(Reservation& reservation, std::uint64_t bytes);
    Status sync_to(std::uint64_t sequence);
    Result<CompactionReport> compact(unsigned dead_percent);
    Stats stats() const;
    Status writable() const;

    // Constant after open.
    const std::string path_;
    const Options options_;
    std::unique_ptr<Directory> directory_;  // none: reading a store that does not exist
    FileInfo directory_info_;
    std::unique_ptr<Catalog> catalog_;

    std::atomic<std::uint64_t> committed_{kOpening};  // sequence of the last commit

private:
    Status open_for_reading();
    Status open_for_writing();
    MakeCatalog catalog_maker() const
    {
        return [this] { return std::make_unique<Catalog>(options_.is_hidden); };
    }
    Result<Position> commit_once(const Batch& batch);
    Status reserve_once(Reservation& reservation, std::uint64_t bytes);
    template <class T>
    bool made_room_for(const Result<T>& done);
    Result<bool> roll_if_stale();
    Result<CompactionReport> compact_locked(unsigned dead_percent);
    Result<CompactionReport> compact_all_locked(unsigned dead_percent);
    bool compaction_due() const;
    void compact_if_due();
    Result<std::optional<Catalog::Frozen>> freeze();
    void snapshot_if_rolled();

    std::unique_ptr<LockFile> lock_;
    std::unique_ptr<LogWriter> writer_;
    std::unique_ptr<SnapshotKeeper> snapshots_;
    std::unique_ptr<DelayedCall> flusher_;
    bool closed_ = false;

    std::mutex compaction_mutex_;  // one compaction at a time
    std::mutex sync_mutex_;        // one sync at a time; who waits for it is often served by the one before
    std::mutex commit_mutex_;      // appends

    std::atomic<std::uint64_t> synced_{0};  // commits up to this one are on stable storage
    std::atomic<std::uint64_t> syncs_{0};
    std::atomic<std::uint64_t> compactions_{0};
    std::atomic<std::uint64_t> reclaimed_{0};
    std::atomic<bool> rolled_{false};             // a segment was finished: a time to look whether a snapshot is due
    std::atomic<std::uint64_t> next_attempt_{0};  // stale records at which the next automatic compaction may come
    std::atomic<std::uint64_t> next_large_attempt_{0};             // and dead bytes
    std::atomic<std::uint64_t> next_scarce_attempt_{kWorthBytes};  // and, on a full disk, dead bytes
};

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
    snapshots_ = std::make_unique<SnapshotKeeper>(
        *directory_, *catalog_, options_,
        SnapshotKeeper::Hooks{.freeze = [this] { return freeze(); },
                              .stop_writing = [this](const std::string& reason) { writer_->stop(reason); }});
    synced_ = writer_->all_synced() ? kOpening : 0;
    if (options_.sync == SyncMode::interval) {
        flusher_ = std::make_unique<DelayedCall>(options_.sync_interval, [this] { ignore(sync_to(committed_)); });
    }
    return {};
}

Status Store::Impl::close()
{
    if (std::exchange(closed_, true) || !writer_) {
        return {};
    }
    flusher_.reset();
    const Status synced = options_.sync == SyncMode::never ? Status{} : sync_to(committed_);
    if (synced && snapshots_->due()) {
        const std::lock_guard compactions(compaction_mutex_);
        snapshots_->take(options_.sync != SyncMode::never);
    }
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

Result<Position> Store::Impl::commit_once(const Batch& batch)
{
    TRY(writable());
    const std::lock_guard commits(commit_mutex_);
    TRY_ASSIGN(Commit planned, Commit::plan(batch, *catalog_, options_));
    if (planned.lines() == 0) {
        return Position{committed_};
    }
    const auto active = writer_->active();
    TRY(writer_->begin({.bytes = planned.bytes(), .drawn = batch.drawn(), .removes = planned.removes()}));
    if (active && active != writer_->active()) {
        rolled_ = true;
    }
    const auto mark = writer_->sync_mark();
    TRY(writer_->append(
        planned.lines(), [&](BufferedOutput& output) { return planned.emit(output, *writer_->active(), mark); },
        batch.drawn()));
    writer_->sync_mark_written();
    // Counted before it is seen: a compaction that drops what it replaces must know that there is something to sync.
    const Position position{++committed_};
    catalog_->commit(planned.changes());
    if (flusher_) {
        flusher_->notice();
    }
    return position;
}

Status Store::Impl::settle(Position position)
{
    if (options_.sync == SyncMode::always) {
        TRY(sync_to(position.sequence));
    }
    compact_if_due();
    snapshot_if_rolled();
    return {};
}

Result<Position> Store::Impl::commit(const Batch& batch)
{
    auto done = commit_once(batch);
    return made_room_for(done) ? commit_once(batch) : std::move(done);
}

Status Store::Impl::reserve(Reservation& reservation, std::uint64_t bytes)
{
    if (bytes <= reservation.bytes()) {
        return {};
    }
    auto done = reserve_once(reservation, bytes);
    return made_room_for(done) ? reserve_once(reservation, bytes) : std::move(done);
}

// Whether what failed for lack of space may succeed now.
template <class T>
bool Store::Impl::made_room_for(const Result<T>& done)
{
    if (done || done.error().code != Errc::no_space || !compaction_due()) {
        return false;
    }
    compact_if_due();
    return true;
}

Status Store::Impl::reserve_once(Reservation& reservation, std::uint64_t bytes)
{
    TRY(writable());
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

// Seals the active segment if anything in it is dead, so that it can be rewritten.
Result<bool> Store::Impl::roll_if_stale()
{
    const std::lock_guard commits(commit_mutex_);
    const auto views = catalog_->segments();
    const auto active =
        std::ranges::find_if(views, [&](const Catalog::SegmentView& view) { return view.slot == writer_->active(); });
    if (active == views.end() || active->dead_bytes == 0) {
        return false;
    }
    auto rolled = writer_->roll();
    if (!rolled && rolled.error().code == Errc::no_space) {
        return false;  // it is left out: what is promised in it found no other place
    }
    TRY(std::move(rolled));
    return true;
}

Result<CompactionReport> Store::Impl::compact(unsigned dead_percent)
{
    TRY(writable());
    const std::lock_guard compactions(compaction_mutex_);
    return compact_locked(dead_percent);
}

// One for which the disk is too full gets what the log has taken ahead; afterwards that is taken back, before others
// do.
Result<CompactionReport> Store::Impl::compact_locked(unsigned dead_percent)
{
    auto report = compact_all_locked(dead_percent);
    if (report || report.error().code != Errc::no_space) {
        return report;
    }
    {
        const std::lock_guard commits(commit_mutex_);
        writer_->lend_space();
    }
    report = compact_all_locked(dead_percent);
    const std::lock_guard commits(commit_mutex_);
    ignore(writer_->ready());  // the next commit tries again
    writer_->space().regain();
    return report;
}

Result<CompactionReport> Store::Impl::compact_all_locked(unsigned dead_percent)
{
    catalog_->load();
    TRY(roll_if_stale());
    Compactor compactor(*directory_, *catalog_,
                        {.sync_active = [this] { return sync_to(committed_); },
                         .stop_writing = [this](const std::string& reason) { writer_->stop(reason); },
                         .log = options_.log});
    TRY_ASSIGN(auto report, compactor.run(dead_percent));
    // Deletes in the active segment that hid what stood in older ones are dead only now.
    TRY_ASSIGN(const bool rolled, roll_if_stale());
    if (rolled) {
        TRY_ASSIGN(report, compactor.run(dead_percent));
    }
    ++compactions_;
    reclaimed_ += report.bytes_before - std::min(report.bytes_before, report.bytes_after);
    if (snapshots_->due()) {
        snapshots_->take(true);
    }
    return report;
}

bool Store::Impl::compaction_due() const
{
    if (options_.compaction_threshold == 0) {
        return false;
    }
    const auto stale = catalog_->staleness();
    const bool much = stale.records >= std::max(options_.compaction_threshold, next_attempt_.load()) ||
                      stale.dead_bytes >= std::max(kManyDeadBytes, next_large_attempt_.load());
    const bool worth = much && stale.dead_bytes * 100 >= stale.log_bytes * options_.compaction_dead_percent;
    return worth || (stale.dead_bytes >= next_scarce_attempt_ && writer_->space().scarce());
}

// A compaction that fails does not make the write fail that happened to be due for it. What it left must double before
// the next one, so that one in vain does not come with every write.
void Store::Impl::compact_if_due()
{
    if (!compaction_due()) {
        return;
    }
    const std::unique_lock compactions(compaction_mutex_, std::try_to_lock);
    if (!compactions || !compaction_due()) {
        return;  // one is under way, or just was
    }
    const auto done = compact_locked(std::min(kWorthPercent, options_.compaction_dead_percent));
    const auto left = catalog_->staleness();
    next_attempt_ = left.records * 2;
    next_large_attempt_ = left.dead_bytes * 2;
    next_scarce_attempt_ = left.dead_bytes + kWorthBytes;
    if (!done && options_.log) {
        options_.log(LogLevel::warning, fmt::format("compaction failed: {}", done.error().message));
    }
}

void Store::Impl::snapshot_if_rolled()
{
    if (!rolled_) {
        return;
    }
    // A compaction under way writes one when it is done.
    const std::unique_lock compactions(compaction_mutex_, std::try_to_lock);
    if (compactions && rolled_.exchange(false) && snapshots_->due()) {
        snapshots_->take(true);
    }
}

Result<std::optional<Catalog::Frozen>> Store::Impl::freeze()
{
    const std::lock_guard commits(commit_mutex_);
    TRY(writer_->check());
    return catalog_->freeze();
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
    stats.compactions = compactions_;
    stats.reclaimed_bytes = reclaimed_;
    stats.index_bytes = totals.index_bytes;
    stats.stopped = writer_ ? writer_->stop_reason() : "";
    return stats;
}

Result<std::unique_ptr<Store>> Store::open(const std::string& directory, Options options, FileSystem& files)
{
    auto impl = std::make_unique<Impl>(directory, std::move(options));
    if (auto opened = impl->open(files); !opened) {
        auto& error = opened.error();
        const bool of_a_segment = error.code == Errc::damaged || error.code == Errc::unsupported;
        return fail(error.code, of_a_segment ? fmt::format("{}: {}", directory, error.message) : error.message,
                    error.os_error);
    }
    return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl))
{
}

Store::~Store()
{
    if (const auto closed = close(); !closed && impl_->options_.log) {
        impl_->options_.log(LogLevel::error, closed.error().message);
    }
}

Result<std::string> Store::get(std::string_view key) const
{
    const auto found = find(key);
    if (!found) {
        return fail(Errc::not_found, fmt::format("key not found: {}", key));
    }
    return found->read();
}

std::optional<ValueRef> Store::find(std::string_view key) const
{
    auto found = impl_->catalog_->find(key);
    if (!found) {
        return std::nullopt;
    }
    return ValueRef(found->entry, std::string(key), std::move(found->segment));
}

std::vector<ListItem> Store::list(const ListRequest& request) const
{
    return impl_->catalog_->list(request);
}

bool Store::any(std::string_view prefix) const
{
    return impl_->catalog_->any(prefix);
}

Status Store::set(std::string key, std::string value, Meta meta, Kind kind)
{
    Batch batch;
    batch.set(std::move(key), std::move(value), meta, kind);
    return apply(batch);
}

Status Store::remove(std::string key)
{
    if (!find(key)) {
        return fail(Errc::not_found, fmt::format("key not found: {}", key));
    }
    Batch batch;
    batch.remove(std::move(key));
    return apply(batch);
}

Status Store::apply(const Batch& batch)
{
    TRY_ASSIGN(const Position position, commit(batch));
    return settle(position);
}

Result<Position> Store::commit(const Batch& batch)
{
    return impl_->commit(batch);
}

Status Store::settle(Position position)
{
    return impl_->settle(position);
}

Status Store::reserve(Reservation& reservation, std::uint64_t bytes)
{
    return impl_->reserve(reservation, bytes);
}

Status Store::sync()
{
    return impl_->sync_to(impl_->committed_);
}

Result<CompactionReport> Store::compact()
{
    return impl_->compact(0);
}

Stats Store::stats() const
{
    return impl_->stats();
}

Result<DiskSpace> Store::space() const
{
    return impl_->directory_ ? impl_->directory_->space() : DiskSpace{};
}

FileInfo Store::directory_info() const
{
    return impl_->directory_info_;
}

const Options& Store::options() const
{
    return impl_->options_;
}

Status Store::writable() const
{
    return impl_->writable();
}

Status Store::close()
{
    return impl_->close();
}

}  // namespace bytestore
