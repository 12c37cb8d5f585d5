// kvs backup: a copy of a store that may be in use.
#pragma once

#include "engine/io/file.h"
#include "engine/result.h"

#include <cstdint>
#include <string>

namespace bytestore {

struct BackupReport {
    std::uint64_t segments = 0;
    std::uint64_t linked = 0;  // of them, by a hard link
    std::uint64_t bytes = 0;   // of all
};

// Makes `target`, which is not there or an empty directory, a store that holds what the store in `source` held at one
// moment after the call. No lock is taken, and the source is not changed. Sealed segments, which nobody changes any
// more, become hard links where that can be; the last one is always copied. The source is read whole before. All is on
// stable storage when this returns; on error there is no target (or one whose name is
// not yet safe from a loss of power).
//
// Errors: Errc::not_a_store; Errc::damaged, of the source; Errc::exists, of the target; Errc::busy.
Result<BackupReport> backup_store(const std::string& source, const std::string& target,
                                  FileSystem& files = posix_file_system());

}  // namespace bytestore
