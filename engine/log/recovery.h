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

// For a writer, who holds the lock whose earlier claims are given: recovers, and removes leftovers.
Result<LogEnd> recover_for_writing(Directory& directory, const std::optional<LockClaims>& claims, Catalog& catalog,
                                   const LogFunction& log);

// For a reader: changes nothing, takes a torn tail for the end, and starts over while a writer changes the set of
// segments. `catalog` is empty before, and is given anew for each try by `make`.
Result<std::unique_ptr<Catalog>> recover_for_reading(Directory& directory,
                                                     const std::function<std::unique_ptr<Catalog>()>& make,
                                                     const LogFunction& log);

}  // namespace bytestore
