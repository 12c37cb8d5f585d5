// How a store is opened. Every member has the default that a plain `bytestore-mount DATADIR MOUNTPOINT` uses.
#pragma once

#include "engine/types.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bytestore {

enum class SyncMode : std::uint8_t {
    always,    // a write returns once it is on stable storage
    interval,  // written data is synced at least every sync_interval
    never,     // only when asked to (and where the order of segments needs it)
};

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };

// Hears what the store does and finds, as one line of text each. Called from any thread; locks of the store may be
// held, so it must not call the store.
using LogFunction = std::function<void(LogLevel, const std::string&)>;

struct Options {
    bool read_only = false;  // take no lock and change nothing on disk
    bool create = true;      // make the directory (not its parents) if it is missing; only for writing
    SyncMode sync = SyncMode::interval;
    std::chrono::milliseconds sync_interval{1000};
    std::uint64_t max_value = kDefaultMaxValue;            // bytes
    std::uint64_t segment_size = std::uint64_t{64} << 20;  // bytes; a segment rolls when it would grow beyond
    // A compaction is due at so many stale records, or 64 MiB of them (0: never by itself), if they are this share of
    // the log's bytes; on a nearly full disk at some hundred KiB.
    std::uint64_t compaction_threshold = 1000;
    unsigned compaction_dead_percent = 50;
    // Compactions and snapshots that are due get a thread of their own, and are given up when the store is closed; else
    // the commit that finds one due does it.
    bool housekeeping_thread = true;
    bool snapshot = true;                                   // open with index.snapshot, and write it
    std::uint64_t snapshot_bytes = std::uint64_t{4} << 20;  // of the log that no snapshot covers make one worth writing
    bool index_on_demand = false;            // read of a snapshot what is asked for, when it is: for few questions
    std::chrono::milliseconds lock_wait{0};  // how long to wait for another writer to finish
    std::string mount_point;                 // for messages: where the store is shown, empty if nowhere
    // Keys that do not count as live keys (markers). A snapshot holds their number, so whoever opens a store has either
    // the same function or none.
    std::function<bool(std::string_view key)> is_hidden;
    LogFunction log;  // nullptr: silence
};

}  // namespace bytestore
