// How long a processor that was idle may take to wake, of the whole machine: the kernel puts none into a deeper sleep
// than that (PM QoS, Documentation/power/pm_qos_interface.rst of Linux). It is for who may write to the device, which
// is root. A limit ends with the process that set it.
//
// Threads: one at a time.
#pragma once

#include "fs/descriptor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace bytestore::fuse {

class IdleLatency {
public:
    struct Paths {
        std::string device = "/dev/cpu_dma_latency";
        std::string driver = "/sys/devices/system/cpu/cpuidle/current_driver";  // of how processors sleep
    };

    // Without a limit. None: not allowed, or the kernel does not heed it.
    static std::optional<IdleLatency> open(const Paths& paths);

    // They wake almost at once.
    void limit() const { set(limit_); }
    void lift() const { set(kNoLimit); }

private:
    static constexpr std::int32_t kNoLimit = -1;

    IdleLatency(fs::Descriptor device, std::int32_t limit)
        : device_(std::move(device)), limit_(limit)
    {
    }
    void set(std::int32_t limit) const;

    fs::Descriptor device_;
    std::int32_t limit_;  // in microseconds
};

}  // namespace bytestore::fuse
