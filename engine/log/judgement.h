// What the scans of all segments mean together: what a crash explains, and what it does not. bytestore(5) has the
// table. An opening refuses the first damage; kvs verify shows all.
#pragma once

#include "engine/log/finding.h"
#include "engine/log/lock_file.h"
#include "engine/log/segment.h"
#include "engine/log/segment_scan.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace bytestore {

// Of one segment, owned by somebody else.
struct SegmentFacts {
    const Segment* segment = nullptr;
    const SegmentScan* scan = nullptr;
};

using LogFacts = std::vector<SegmentFacts>;  // in the order of their numbers

// One of ours that has no seal, though no foreign line kept us from writing one.
bool unfinished(const SegmentScan& scan);
// Whether a later segment says that it holds all of this one.
bool merged(const LogFacts& log, std::uint64_t number);
// Whether the claims are about this very file. A copied store, or a segment that was rewritten since, is another one:
// then LOCK says nothing of what was synced there.
bool speaks_of(const LockClaims& claims, const SegmentFacts& facts);

// What is odd in a segment, and right all the same.
std::vector<Finding> remarks(const SegmentFacts& facts);
// Damage, and a torn tail (a warning) at the end of the log. `claims` only where they may be held against the log. An
// error is one of reading.
Result<std::vector<Finding>> judge(const LogFacts& log, const std::optional<LockClaims>& claims);
// Errc::damaged for the first damage among them.
Status refuse_damage(const std::vector<Finding>& findings);

}  // namespace bytestore
