#include "tests/bench/mount/places.h"

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

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

std::string make_directory(const std::string& in)
{
    std::string path = in + "/mount_bench-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
        throw std::runtime_error("no directory can be made in " + in);
    }
    return filesystem::canonical(path);
}

}  // namespace

Places::Places(const std::string& disk)
    : scratch_(make_directory(disk)), memory_(make_directory("/dev/shm"))
{
    for (const auto* name : {"kv", "null", "disk"}) {
        filesystem::create_directory(scratch_ + '/' + name);
    }
    run(fmt::format("{} -o compact_threshold=0 '{}/data' '{}/kv'", MOUNT_PROGRAM, scratch_, scratch_));
    run(fmt::format("{} '{}/null'", NULL_FS_PROGRAM, scratch_));
    all_ = {{"ours", scratch_ + "/kv"}, {"null", scratch_ + "/null"}, {"disk", scratch_ + "/disk"}, {"tmpfs", memory_}};
}

Places::~Places()
{
    for (const auto* name : {"kv", "null"}) {
        // NOLINTNEXTLINE(cert-env33-c)
        if (std::system(fmt::format("umount '{}/{}'", scratch_, name).c_str()) != 0) {
            return;  // nothing is removed through a mount
        }
    }
    std::error_code error;
    filesystem::remove_all(scratch_, error);
    filesystem::remove_all(memory_, error);
}

double Places::disk_bytes() const
{
    double bytes = 0;
    for (const auto& entry : filesystem::directory_iterator(scratch_ + "/data")) {
        bytes += entry.is_regular_file() ? static_cast<double>(entry.file_size()) : 0;
    }
    return bytes;
}

double Places::daemon_bytes() const
{
    std::ifstream lock(scratch_ + "/data/LOCK");
    const auto pid = nlohmann::json::parse(lock).at("pid").get<long>();
    std::ifstream statm(fmt::format("/proc/{}/statm", pid));
    double pages = 0;
    statm >> pages >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void Places::cool()
{
    ::sync();
    std::ofstream("/proc/sys/vm/drop_caches") << "3";
}

}  // namespace bytestore::bench
