// What is behind a Store: recovery when it is opened, commits one after the other, syncs that serve many, housekeeping.
//
// Locks, in the order in which they may be taken: that of Housekeeper, sync_mutex_, commit_mutex_, then those inside
// Catalog, LogWriter, LargeValues and DelayedCall. Nothing is called back (options.log apart) while one is held.
#pragma once

#include "engine/compaction/housekeeper.h"
#include "engine/delayed_call.h"
#include "engine/large_values.h"
#include "engine/log/catalog.h"
#include "engine/log/lock_file.h"
#include "engine/log/log_writer.h"
#include "engine/log/recovery.h"
#include "engine/spinning_mutex.h"
#include "engine/store.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bytestore {

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
    LargeValues large_values_{std::uint64_t{2} * format::kMaxForeignLine};

private:
    // The place in the order of commits of what an earlier process left; our own follow.
    static constexpr std::uint64_t kOpening = 1;

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

    std::mutex sync_mutex_;       // one sync at a time; who waits for it is often served by the one before
    SpinningMutex commit_mutex_;  // appends

    std::atomic<std::uint64_t> synced_{0};  // commits up to this one are on stable storage
    std::atomic<std::uint64_t> syncs_{0};

    // Threads, which use all of the above.
    std::unique_ptr<DelayedCall> flusher_;     // for SyncMode::interval
    std::unique_ptr<DelayedCall> sync_ahead_;  // of a roll
    std::unique_ptr<Housekeeper> housekeeper_;
};

}  // namespace bytestore
