// The log as it is on disk at one moment, read whole and judged, with nothing changed and no lock taken: also beside a
// writer. It stays readable when segments are replaced or removed later.
#pragma once

#include "engine/log/finding.h"
#include "engine/log/judgement.h"
#include "engine/log/segment.h"
#include "engine/log/segment_scan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bytestore {

struct ViewedSegment {
    std::shared_ptr<Segment> segment;
    std::uint64_t size = 0;  // at that moment
    SegmentScan scan;
};

struct LogView {
    std::vector<ViewedSegment> segments;  // in the order of their numbers
    std::vector<Finding> findings;        // a segment that cannot be read is damage, and not among the segments

    bool damaged() const;
    // Whether there is damage in this file.
    bool damaged(const std::string& file) const;
};

// Starts over while a writer changes the set of segments; Errc::busy if that does not end. Memory does not grow with
// the log.
Result<LogView> view_log(Directory& directory);

}  // namespace bytestore
