// The same work on our mount, on a FUSE file system that does nothing, on a disk and in memory, in rounds that take
// turns, so that whatever else happens on the machine happens to all of them.
#include "tests/bench/mount/places.h"
#include "tests/bench/mount/report.h"
#include "tests/bench/mount/workloads.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <regex>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bytestore::bench {
namespace {

struct Settings {
    std::string disk = ".";
    std::string only = ".*";
    std::string json;
    int rounds = 5;
    Sizes sizes;
};

double microseconds_of(const Workload& workload, const std::string& directory)
{
    std::filesystem::create_directory(directory);
    workload.prepare(directory);
    if (workload.cold) {
        Places::cool();
    }
    const auto begin = std::chrono::steady_clock::now();
    workload.work(directory);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    std::filesystem::remove_all(directory);
    return time.count() / workload.operations;
}

void measure(const Workload& workload, const Places& places, int rounds, Report& report)
{
    std::minstd_rand random(1);
    auto order = places.all();
    for (int round = 0; round < rounds; ++round) {
        std::ranges::shuffle(order, random);
        for (const auto& place : order) {
            report.add(workload.name, place.name, microseconds_of(workload, place.directory + "/work"));
        }
    }
}

// What is taken of the file system that a directory lies on, but for inodes, for which it took room when it was made.
double used_bytes(const std::string& directory)
{
    ::sync();
    struct statvfs st{};
    if (::statvfs(directory.c_str(), &st) != 0) {
        throw std::system_error(errno, std::generic_category(), directory);
    }
    return static_cast<double>((st.f_blocks - st.f_bfree) * st.f_frsize);
}

// What keys cost that stay: bytes of memory and of the disk.
void weigh(const Places& places, std::size_t files, Report& report)
{
    const auto memory = places.ours().daemon_bytes();
    const auto disk = places.ours().disk_bytes();
    const auto directory = places.all().front().directory + "/kept";
    std::filesystem::create_directory(directory);
    const auto create = workloads({.files = files}).front().work;
    create(directory);
    report.note("daemon memory, bytes a key that the kernel knows",
                (places.ours().daemon_bytes() - memory) / static_cast<double>(files));
    Places::cool();
    report.note("the same, that it has forgotten",
                (places.ours().daemon_bytes() - memory) / static_cast<double>(files));
    report.note("disk, bytes a key of 100 bytes", (places.ours().disk_bytes() - disk) / static_cast<double>(files));
    const auto on_disk = std::ranges::find(places.all(), "disk", &Places::Place::name)->directory + "/kept";
    std::filesystem::create_directory(on_disk);
    const auto used = used_bytes(on_disk);
    create(on_disk);
    report.note("the same, as files of the disk", (used_bytes(on_disk) - used) / static_cast<double>(files));
}

void run(const Settings& settings)
{
    auto chosen = workloads(settings.sizes);
    const std::regex only(settings.only);
    std::erase_if(chosen, [&](const Workload& workload) { return !std::regex_search(workload.name, only); });
    if (chosen.empty()) {
        throw std::invalid_argument("no workload has a name that matches " + settings.only);
    }
    const Places places(settings.disk);
    Report report;
    weigh(places, settings.sizes.entries, report);  // by a daemon that has no memory from before
    for (const auto& workload : chosen) {
        fmt::print(stderr, "{}\n", workload.name);
        measure(workload, places, settings.rounds, report);
    }
    report.print();
    if (!settings.json.empty()) {
        report.write_json(settings.json);
    }
}

}  // namespace
}  // namespace bytestore::bench

int main(int argc, char** argv)
{
    using namespace bytestore::bench;
    try {
        Settings settings;
        CLI::App app("Compares our mount with a null FUSE file system, a directory on a disk and tmpfs.");
        const CLI::Range positive(1, 1'000'000'000);
        app.add_option("--disk", settings.disk, "A directory on the disk")->capture_default_str();
        app.add_option("--only", settings.only, "Workloads whose names match")->capture_default_str();
        app.add_option("--json", settings.json, "A file for every single figure");
        app.add_option("--rounds", settings.rounds)->capture_default_str()->check(positive);
        app.add_option("--files", settings.sizes.files, "Files of single calls")
            ->capture_default_str()
            ->check(positive);
        app.add_option("--entries", settings.sizes.entries, "Of the directory that is listed")
            ->capture_default_str()
            ->check(positive);
        app.add_option("--tree", settings.sizes.tree, "Files of the tree")->capture_default_str()->check(positive);
        CLI11_PARSE(app, argc, argv);
        run(settings);
        return 0;
    } catch (const std::exception& error) {
        std::fputs((std::string("mount_bench: ") + error.what() + '\n').c_str(), stderr);
        return 1;
    }
}
