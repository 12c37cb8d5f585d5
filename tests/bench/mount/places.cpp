#include "tests/bench/mount/places.h"

#include "tests/bench/memory.h"

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bytestore::bench {
namespace {

namespace filesystem = std::filesystem;

void run(const std::string& command)
{
    if (std::system(command.c_str()) != 0) {  // NOLINT(cert-env33-c): what is measured is what a shell starts
        throw std::runtime_error("failed: " + command);
    }
}

}  // namespace

Places::Places(const std::string& disk)
    : scratch_(disk), memory_("/dev/shm")
{
    const auto& scratch = scratch_.path();
    for (const auto* name : {"kv", "null", "disk"}) {
        filesystem::create_directory(scratch + '/' + name);
    }
    run(fmt::format("{} -o compact_threshold=0 '{}/data' '{}/kv'", MOUNT_PROGRAM, scratch, scratch));
    run(fmt::format("{} '{}/null'", NULL_FS_PROGRAM, scratch));
    all_ = {
        {"ours", scratch + "/kv"}, {"null", scratch + "/null"}, {"disk", scratch + "/disk"}, {"tmpfs", memory_.path()}};
}

// At once, even if somebody is in it, so that nothing is removed through a mount.
Places::~Places()
{
    for (const auto* name : {"kv", "null"}) {
        // NOLINTNEXTLINE(cert-env33-c)
        if (std::system(fmt::format("umount -l '{}/{}'", scratch_.path(), name).c_str()) != 0) {
            std::fputs("mount_bench: a mount stays\n", stderr);
        }
    }
}

double Places::disk_bytes() const
{
    double bytes = 0;
    for (const auto& entry : filesystem::directory_iterator(scratch_.path() + "/data")) {
        bytes += entry.is_regular_file() ? static_cast<double>(entry.file_size()) : 0;
    }
    return bytes;
}

double Places::daemon_bytes() const
{
    std::ifstream lock(scratch_.path() + "/data/LOCK");
    return resident_bytes(std::to_string(nlohmann::json::parse(lock).at("pid").get<long>()));
}

void Places::cool()
{
    ::sync();
    std::ofstream("/proc/sys/vm/drop_caches") << "3";
}

}  // namespace bytestore::bench
