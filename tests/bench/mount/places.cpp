#include "tests/bench/mount/places.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bytestore::bench {

Places::Places(const std::string& disk)
    : scratch_(disk), memory_("/dev/shm"), ours_(scratch_.path() + "/data", scratch_.path() + "/kv")
{
    const auto& scratch = scratch_.path();
    for (const auto* name : {"null", "disk"}) {
        std::filesystem::create_directory(scratch + '/' + name);
    }
    run(fmt::format("{} '{}/null'", NULL_FS_PROGRAM, scratch));
    all_ = {
        {"ours", ours_.point()}, {"null", scratch + "/null"}, {"disk", scratch + "/disk"}, {"tmpfs", memory_.path()}};
}

Places::~Places()
{
    unmount(scratch_.path() + "/null");
}

void Places::cool()
{
    ::sync();
    std::ofstream("/proc/sys/vm/drop_caches") << "3";
}

}  // namespace bytestore::bench
