// Locks, in the order in which they may be taken: that of Housekeeper, sync_mutex_, commit_mutex_, then those inside
// Catalog, LogWriter and DelayedCall. Nothing is called back (options.log apart) while one is held.
#include "engine/store.h"

#include "engine/commit.h"
#include "engine/compaction/housekeeper.h"
#include "engine/delayed_call.h"
#include "engine/log/catalog.h"
#include "engine/log/lock_file.h"
#include "engine/log/log_writer.h"
#include "engine/log/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <utility>

namespace bytestore {
namespace {

// So many bytes that are not synced are synced ahead, in every sync mode: the roll to the next segment, which waits for
// that of all of them, does not wait long.
constexpr std::uint64_t kSyncAhead = std::uint64_t{8} << 20;

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
    Result<CompactionReport> compact();
    void abandon_compactions();
    Stats stats() const;
    Status writable() const;
    Status check_log();

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
    template <class Attempt>
    auto making_room(Attempt attempt) -> decltype(attempt());
    void notice_commit();
    void sync_ahead();

    std::unique_ptr<LockFile> lock_;
    std::unique_ptr<LogWriter> writer_;
    bool closed_ = false;

    std::mutex sync_mutex_;    // one sync at a time; who waits for it is often served by the one before
    std::mutex commit_mutex_;  // appends

    std::atomic<std::uint64_t> synced_{0};  // commits up to this one are on stable storage
    std::atomic<std::uint64_t> syncs_{0};

    // Threads, which use all of the above.
    std::unique_ptr<DelayedCall> flusher_;     // for SyncMode::interval
    std::unique_ptr<DelayedCall> sync_ahead_;  // of a roll
    std::unique_ptr<Housekeeper> housekeeper_;
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
    TRY_ASSIGN(Commit planned, Commit::plan(batch, *catalog_, options_));
    if (planned.lines() == 0) {
        return Position{committed_};
    }
    const auto active = writer_->active();
    TRY(writer_->begin({.bytes = planned.bytes(), .drawn = batch.drawn(), .removes = planned.removes()}));
    if (active && active != writer_->active()) {
        housekeeper_->segment_finished();
    }
    const auto mark = writer_->sync_mark();
    TRY(writer_->append(
        planned.lines(), [&](BufferedOutput& output) { return planned.emit(output, *writer_->active(), mark); },
        batch.drawn()));
    writer_->sync_mark_written();
    // Counted before it is seen: a compaction that drops what it replaces must know that there is something to sync.
    const Position position{++committed_};
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

std::uint64_t Store::version() const
{
    return impl_->catalog_->version();
}

std::vector<ListItem> Store::list(const ListRequest& request) const
{
    return impl_->catalog_->list(request);
}

std::vector<ValueRef> Store::find_all(const ListRequest& request) const
{
    std::vector<ValueRef> refs;
    for (auto& [key, found] : impl_->catalog_->find_all(request)) {
        refs.emplace_back(found.entry, std::move(key), std::move(found.segment));
    }
    return refs;
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
    return impl_->compact();
}

void Store::abandon_compactions()
{
    impl_->abandon_compactions();
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

Status Store::check_log()
{
    return impl_->check_log();
}

Status Store::close()
{
    return impl_->close();
}

}  // namespace bytestore
