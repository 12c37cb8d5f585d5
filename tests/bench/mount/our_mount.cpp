#include "tests/bench/mount/our_mount.h"

#include "tests/bench/memory.h"

#include <fmt/format.h>
#include <sys/mount.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace bytestore::bench {

namespace filesystem = std::filesystem;

OurMount::OurMount(std::string data, std::string point)
    : data_(std::move(data)), point_(std::move(point))
{
    filesystem::create_directories(point_);
    run(fmt::format("{} -o compact_threshold=0 '{}' '{}'", MOUNT_PROGRAM, data_, point_));
}

OurMount::~OurMount()
{
    unmount(point_);
}

double OurMount::disk_bytes() const
{
    double bytes = 0;
    for (const auto& entry : filesystem::directory_iterator(data_)) {
        bytes += entry.is_regular_file() ? static_cast<double>(entry.file_size()) : 0;
    }
    return bytes;
}

double OurMount::daemon_bytes() const
{
    std::ifstream lock(data_ + "/LOCK");
    return resident_bytes(std::to_string(nlohmann::json::parse(lock).at("pid").get<long>()));
}

void run(const std::string& command)
{
    if (std::system(command.c_str()) != 0) {  // NOLINT(cert-env33-c): what is measured is what a shell starts
        throw std::runtime_error("failed: " + command);
    }
}

void unmount(const std::string& point) noexcept
{
    if (::umount2(point.c_str(), MNT_DETACH) != 0) {
        std::perror(point.c_str());
    }
}

}  // namespace bytestore::bench
