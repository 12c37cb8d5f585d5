// What ties a snapshot to the segments it was made of: their ids and sizes and the last bytes of what it covers, and,
// where nothing may have been appended since, the time of their last change. A segment without header has no id; there
// the inode must do. Never the name alone: compaction puts other files under the same names.
//
// Nothing else of what is covered is read at an opening. Damage inside shows when the value is read, by its checksum.
#pragma once

#include "engine/log/catalog.h"
#include "engine/log/segment.h"
#include "engine/log/segment_scan.h"
#include "engine/snapshot/read_snapshot.h"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace bytestore {

struct BoundSnapshot {
    Snapshot snapshot;
    std::vector<SegmentScan> scans;  // what a scan of the part that it covers of each of its segments would have told
};

// The snapshot in `directory`, if it speaks of the first of `segments`, which are all there are, in the order of their
// numbers. Else an error that says why it cannot be used.
Result<BoundSnapshot> open_snapshot(Directory& directory, const std::vector<std::shared_ptr<Segment>>& segments,
                                    SnapshotLoad load);

// Whether a snapshot can stand for such a scan: nothing in the segment is odd. `undated`: it holds Sets that carry no
// mtime.
bool can_be_covered(const SegmentScan& scan, bool undated);

// The snapshot of what a catalog held; all of its segments are synced. Errors: what reading gives.
Result<Snapshot> make_snapshot(const Catalog::Frozen& frozen,
                               const std::function<bool(std::string_view key)>& is_hidden);

}  // namespace bytestore
