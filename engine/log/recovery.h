// Opening the log: reads every segment into the catalog and decides what a line that is not good means.
//
// A crash leaves only a torn tail: bad bytes at the end of the last segment, behind everything known to be synced. That
// is copied aside and cut off. Everything else that is not as it was written was done by someone or something else, and
// the store refuses to open with segment, offset and reason; nothing on disk has changed then. bytestore(5) has the
// table.
#pragma once

#include "engine/io/file.h"
#include "engine/log/catalog.h"
#include "engine/log/lock_file.h"
#include "engine/options.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace bytestore {

// The end of the log as a writer needs it.
struct LogEnd {
    std::optional<Catalog::Slot> last;  // the segment with the highest number; none in an empty store
    std::uint64_t next_number = 0;      // of a segment to create
    std::uint64_t end = 0;              // of the last segment
    std::uint64_t lines = 0;            // in it, behind its header
    std::uint64_t synced_to = 0;        // bytes of it known to be synced
    bool appendable = false;            // it is ours, unsealed, and all its lines are ours
    bool reusable = false;              // it is an empty file without even a header
    bool newline_missing = false;       // it must get one before the next append
    bool failed = false;                // an I/O error stopped its writer: seal it, and go on in another
};

using MakeCatalog = std::function<std::unique_ptr<Catalog>()>;  // an empty one

struct Recovered {
    std::unique_ptr<Catalog> catalog;
    LogEnd end;
};

// Both start from the index snapshot where that fits what is found, and read what it does not cover; whatever does not
// go well with it is judged anew without it.

// For a writer, who holds the lock whose earlier claims are given: recovers, and removes leftovers.
Result<Recovered> recover_for_writing(Directory& directory, const std::optional<LockClaims>& claims,
                                      const MakeCatalog& make, const Options& options);

// For a reader: changes nothing, takes a torn tail for the end, and starts over while a writer changes the set of
// segments.
Result<std::unique_ptr<Catalog>> recover_for_reading(Directory& directory, const MakeCatalog& make,
                                                     const Options& options);

}  // namespace bytestore
