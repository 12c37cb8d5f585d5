#include "fs/fuse/idle_latency.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <string_view>

namespace bytestore::fuse {
namespace {

constexpr std::int32_t kLightest = 2;  // what the lightest sleep takes on hardware, at most

// A virtual processor that sleeps gives itself back to its host, so that no limit but none at all is short.
constexpr std::string_view kVirtual = "haltpoll";
constexpr std::string_view kNoDriver = "none";

}  // namespace

std::optional<IdleLatency> IdleLatency::open(const Paths& paths)
{
    std::string driver;
    if (!(std::ifstream(paths.driver) >> driver) || driver == kNoDriver) {
        return std::nullopt;
    }
    fs::Descriptor device(::open(paths.device.c_str(), O_RDWR | O_CLOEXEC));
    if (!device.valid()) {
        return std::nullopt;
    }
    return IdleLatency(std::move(device), driver == kVirtual ? 0 : kLightest);
}

// If it fails they sleep as deeply as ever, which is no error.
void IdleLatency::set(std::int32_t limit) const
{
    [[maybe_unused]] const auto written = ::pwrite(device_.get(), &limit, sizeof limit, 0);
}

}  // namespace bytestore::fuse
