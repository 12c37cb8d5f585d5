// The same work on our mount, on a FUSE file system that does nothing, on a disk and in memory, in rounds that take
// turns, so that whatever else happens on the machine happens to all of them.
#include "tests/bench/mount/places.h"
#include "tests/bench/mount/report.h"
#include "tests/bench/mount/workloads.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <regex>

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

// What keys cost that stay: bytes of memory and of the disk.
void weigh(const Places& places, std::size_t files, Report& report)
{
    const auto memory = places.ours().daemon_bytes();
    const auto disk = places.ours().disk_bytes();
    const auto directory = places.all().front().directory + "/kept";
    std::filesystem::create_directory(directory);
    workloads({.files = files}).front().work(directory);
    report.note("daemon memory, bytes a key that the kernel knows",
                (places.ours().daemon_bytes() - memory) / static_cast<double>(files));
    Places::cool();
    report.note("the same, that it has forgotten",
                (places.ours().daemon_bytes() - memory) / static_cast<double>(files));
    report.note("disk, bytes a key of 100 bytes", (places.ours().disk_bytes() - disk) / static_cast<double>(files));
}

void run(const Settings& settings)
{
    const Places places(settings.disk);
    Report report;
    const std::regex only(settings.only);
    weigh(places, settings.sizes.entries, report);  // by a daemon that has no memory from before
    for (const auto& workload : workloads(settings.sizes)) {
        if (std::regex_search(workload.name, only)) {
            fmt::print(stderr, "{}\n", workload.name);
            measure(workload, places, settings.rounds, report);
        }
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
        app.add_option("--disk", settings.disk, "A directory on the disk")->capture_default_str();
        app.add_option("--only", settings.only, "Workloads whose names match")->capture_default_str();
        app.add_option("--json", settings.json, "A file for every single figure");
        app.add_option("--rounds", settings.rounds)->capture_default_str();
        app.add_option("--files", settings.sizes.files, "Files of single calls")->capture_default_str();
        app.add_option("--entries", settings.sizes.entries, "Of the directory that is listed")->capture_default_str();
        app.add_option("--tree", settings.sizes.tree, "Files of the tree")->capture_default_str();
        CLI11_PARSE(app, argc, argv);
        run(settings);
        return 0;
    } catch (const std::exception& error) {
        std::fputs((std::string("mount_bench: ") + error.what() + '\n').c_str(), stderr);
        return 1;
    }
}
