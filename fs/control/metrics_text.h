// .control/metrics: what a mount counts, in the text format of Prometheus, version 0.0.4.
#pragma once

#include "engine/store.h"

#include <cstdint>
#include <string>

namespace bytestore::fs {

// What the file system counts itself. The counters start with the mount.
struct MountCounts {
    std::uint64_t inodes = 0;         // in memory
    std::uint64_t read_bytes = 0;     // of files, by read(2)
    std::uint64_t written_bytes = 0;  // to files, by write(2)
    std::uint64_t errors = 0;         // that last-error was told of
    std::int64_t start_time = 0;      // seconds since 1970
};

// Every metric with its HELP and TYPE, in the order of their names, all beginning with bytestore_.
std::string metrics_text(const Stats& stats, const MountCounts& counts);

}  // namespace bytestore::fs
