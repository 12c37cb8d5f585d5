#include "tests/support/peak_memory.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace bytestore::test {
namespace {

std::uint64_t peak()
{
    constexpr std::string_view kName = "VmHWM:";
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(kName)) {
            return std::stoull(line.substr(kName.size())) * 1024;
        }
    }
    return 0;
}

}  // namespace

PeakMemory::PeakMemory()
{
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak is what it is now
    begin_ = peak();
}

std::uint64_t PeakMemory::grown() const
{
    return std::max(peak(), begin_) - begin_;
}

}  // namespace bytestore::test
