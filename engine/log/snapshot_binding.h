// What ties a snapshot to the segments it was made of: their ids and sizes and the last bytes of what it covers, and,
// where nothing may have been appended since, the time of their last change. A segment without header has no id; there
// the inode must do. Never the name alone: compaction puts other files under the same names.
//
// Nothing else of what is covered is read at an opening. Damage inside shows when the value is read, by its checksum.
#pragma once

#include "engine/log/catalog.h"
#include "engine/log/segment.h"
#include "engine/log/segment_scan.h"
#include "engine/snapshot/snapshot.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace bytestore {

// What a scan of the part of `segment` that `known` covers would tell; none of it is scanned. Errc::damaged if it is
// not the segment that `known` speaks of, or `known` cannot stand for a scan. `grows`: it may have become longer since.
Result<SegmentScan> covered_scan(const SnapshotSegment& known, Segment& segment, bool grows);

// Whether a snapshot can stand for such a scan: nothing in the segment is odd. `undated`: it holds Sets that carry no
// mtime.
bool can_be_covered(const SegmentScan& scan, bool undated);

// The snapshot of what a catalog held; all of its segments are synced. Errors: what reading gives.
Result<Snapshot> make_snapshot(const Catalog::Frozen& frozen,
                               const std::function<bool(std::string_view key)>& is_hidden);

}  // namespace bytestore
