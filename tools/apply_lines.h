// Lines in the form of the log, from a file or standard input, applied to the store while they come.
#pragma once

#include "engine/result.h"
#include "tools/session.h"

#include <cstdint>
#include <string>

namespace bytestore::tools {

struct ApplyLines {
    std::string file;               // "-" is standard input
    std::uint64_t run_records = 1;  // that are committed together, outside of batches
    bool whole = false;             // all lines are one batch
    bool shows_progress = false;
};

// Returns how many records were applied, when all are durable. An error names the input and the line, and says what was
// applied before, which stands. The file is opened first, so that a wrong name makes no store.
Result<std::uint64_t> apply_lines(const ApplyLines& how, Session& session);

}  // namespace bytestore::tools
