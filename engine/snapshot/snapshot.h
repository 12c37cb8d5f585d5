// The index snapshot: what an opening would learn from reading the log, kept in one file beside it.
//
// It is derived, and never trusted: every part has a checksum, the segments it speaks of are bound to it by what is in
// them (engine/log/snapshot_binding.h), and whatever does not fit means that the log is read instead. It may be deleted
// at any time. It need not be synced: what a loss of power makes of it fails its checksums or is an older one, which
// either still binds or does not.
#pragma once

#include "engine/index/index_base.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

inline constexpr std::string_view kSnapshotName = "index.snapshot";
inline constexpr std::string_view kSnapshotTempName = "snapshot.tmp";  // one that is being written

// A Delete that still hides a dead Set of an older segment.
struct PendingDelete {
    std::uint64_t hash = 0;    // of its key
    std::uint64_t length = 0;  // of its line
    bool operator==(const PendingDelete&) const = default;
};

// What is known of one segment, up to `covered`.
struct SnapshotSegment {
    std::uint64_t number = 0;
    std::string id;             // of its header; empty: it has none
    bool sealed = false;        // its last line is a seal
    std::uint64_t covered = 0;  // bytes of it, all synced; a whole number of lines and of batches
    std::uint64_t tail = 0;     // hash of the last of these bytes
    std::uint64_t inode = 0;    // of its file
    std::int64_t mtime = 0;     // of its file
    std::uint64_t records = 0;
    std::uint64_t unverified = 0;
    // What is dead in it; see Catalog.
    std::uint64_t stale = 0;
    std::uint64_t dead_bytes = 0;
    std::vector<std::uint64_t> dead_sets;  // hashes of keys, ascending
    std::vector<PendingDelete> pending;

    bool operator==(const SnapshotSegment&) const = default;
};

struct Snapshot {
    std::vector<SnapshotSegment> segments;     // in the order of their numbers
    std::optional<std::uint64_t> hidden_keys;  // if they were counted
    IndexBase base;                            // the segment of an entry is a position in `segments`
};

}  // namespace bytestore
