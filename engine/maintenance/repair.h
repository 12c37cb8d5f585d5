// kvs repair: all that can be had of a damaged store, as a new one.
#pragma once

#include "engine/io/file.h"
#include "engine/log/finding.h"
#include "engine/result.h"

#include <cstdint>
#include <string>

namespace bytestore {

struct RepairReport {
    std::uint64_t keys = 0;      // in the new store, markers included
    std::uint64_t losses = 0;    // findings of damage
    std::uint64_t warnings = 0;  // what a crash took
};

// Reads the store in `source`, which it never changes, and makes `target`, which is not there or an empty directory, a
// store that holds the last good Set of every key that is not deleted behind it, also behind bad lines. The records of
// a batch that is not whole are left out. Each line and segment that is lost is told to `sink`, with its key where that
// can be seen, and with what that means for the key. The new store is opened and verified before it gets its name; on
// error there is none. Memory grows with the number of keys.
//
// Errors: Errc::not_a_store; Errc::exists, of the target; Errc::busy.
Result<RepairReport> repair_store(const std::string& source, const std::string& target, const FindingSink& sink,
                                  FileSystem& files = posix_file_system());

}  // namespace bytestore
