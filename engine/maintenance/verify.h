// kvs verify: everything that is wrong with a store, or odd.
#pragma once

#include "engine/io/file.h"
#include "engine/log/finding.h"
#include "engine/result.h"

#include <cstdint>
#include <string>

namespace bytestore {

struct VerifyReport {
    std::uint64_t segments = 0;  // that could be read
    std::uint64_t bytes = 0;     // of them
    std::uint64_t records = 0;   // that count, up to the first damage of each segment
    std::uint64_t notices = 0;
    std::uint64_t warnings = 0;
    std::uint64_t damage = 0;

    bool clean() const { return damage == 0; }
};

// Reads every byte of every segment, without a lock, and tells all findings to `sink`. Changes nothing, and may be run
// beside a writer. An opening that reads all of the log (and trusts no index snapshot) is refused for the first damage,
// and for nothing else. Memory does not grow with the log. Errors:
// Errc::not_a_store, Errc::busy (a writer changes segments all the time), and those of the sink; what of the log cannot
// be read is a finding.
Result<VerifyReport> verify_store(const std::string& directory, const FindingSink& sink,
                                  FileSystem& files = posix_file_system());

}  // namespace bytestore
