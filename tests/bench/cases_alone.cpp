#include "engine/io/file.h"
#include "engine/log/segment_scan.h"
#include "tests/bench/cases.h"
#include "tests/bench/memory.h"
#include "tests/bench/our_store.h"
#include "tests/bench/scratch.h"
#include "tests/bench/timer.h"
#include "tests/bench/workload.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore::bench {
namespace {

using benchmark::State;

constexpr double kMega = 1e6;
constexpr double kMilli = 1e3;

// What the first ByteStore writes of a record besides key and value.
constexpr std::string_view kFirstFormat = R"({"cmd":"Set","key":"","value":""})"
                                          "\n";

void set_all(Store& store, std::uint64_t seed)
{
    for (const std::uint32_t position : workload().shuffled(seed)) {
        check(store.set(workload().key(position), std::string(workload().value(position)), now()));
    }
}

// A store with all keys in it, set at random, closed, its snapshot written.
const std::string& filled()
{
    static const Scratch scratch;
    [[maybe_unused]] static const bool done = [] {
        const auto store = open_store(scratch.path(), plain_options());
        set_all(*store, 1);
        check(store->sync());
        check(store->close());
        return true;
    }();
    return scratch.path();
}

Options reading(bool snapshot)
{
    Options options;
    options.read_only = true;
    options.snapshot = snapshot;
    return options;
}

std::uint64_t list_all(const Store& store, ListRequest request)
{
    std::uint64_t items = 0;
    for (auto page = store.list(request); !page.empty(); page = store.list(request)) {
        items += page.size();
        request.after = std::move(page.back().name);
    }
    return items;
}

void bench_list(State& state)
{
    const auto store = open_store(filled(), reading(true));
    for ([[maybe_unused]] auto once : state) {
        const Timer timer;
        const auto keys = list_all(*store, {.prefix = {}, .delimiter = {}, .after = {}, .limit = kPage});
        state.SetIterationTime(timer.cpu_seconds());
        state.counters["M keys/s"] = static_cast<double>(keys) / timer.cpu_seconds() / kMega;
    }
}

// Groups with a hundred keys in each, and groups with ten thousand: one seek a group either way.
void bench_groups(State& state)
{
    const auto store = open_store(filled(), reading(true));
    const auto cost = [&](const std::string& prefix) {
        const Timer timer;
        std::uint64_t groups = 0;
        for (int round = 0; round < 100; ++round) {
            groups += list_all(*store, {.prefix = prefix, .delimiter = kDelimiter, .after = {}, .limit = kPage});
        }
        return timer.cpu_seconds() * kNano / static_cast<double>(groups);
    };
    for ([[maybe_unused]] auto once : state) {
        const Timer timer;
        state.counters["ns a group of 100 keys"] = cost("app:customer-0000:service:");
        state.counters["ns a group of 10 000 keys"] = cost("app:");
        state.SetIterationTime(timer.cpu_seconds());
    }
}

void bench_open_with_snapshot(State& state)
{
    auto options = reading(true);
    options.index_on_demand = true;
    const auto& key = workload().key(workload().size() / 2);
    filled();
    for ([[maybe_unused]] auto once : state) {
        const Timer timer;
        check(open_store(filled(), options)->get(key));
        state.counters["ms with one get, read on demand"] = timer.cpu_seconds() * kMilli;
        const Timer whole;
        check(open_store(filled(), reading(true))->get(key));
        state.counters["ms with one get, read whole"] = whole.cpu_seconds() * kMilli;
        state.SetIterationTime(timer.cpu_seconds());
    }
}

void bench_open_without_snapshot(State& state)
{
    const auto log = open_store(filled(), reading(true))->stats().disk_bytes;
    for ([[maybe_unused]] auto once : state) {
        const Timer timer;
        const auto store = open_store(filled(), reading(false));
        state.SetIterationTime(timer.cpu_seconds());
        state.counters["MB/s"] = static_cast<double>(log) / timer.cpu_seconds() / kMega;
    }
}

void bench_scan_segments(State& state)
{
    const auto directory = check(posix_file_system().open_directory(filled(), false));
    for ([[maybe_unused]] auto once : state) {
        std::uint64_t bytes = 0;
        std::uint64_t records = 0;
        const Timer timer;
        for (const auto& name : check(directory->list())) {
            if (name.starts_with("log-")) {
                const auto file = check(directory->open(name, OpenMode::read));
                const auto size = check(file->info()).size;
                bytes += size;
                check(scan_segment(*file, size, [&](auto, auto, const format::Line&) { ++records; }));
            }
        }
        state.SetIterationTime(timer.cpu_seconds());
        state.counters["MB/s"] = static_cast<double>(bytes) / timer.cpu_seconds() / kMega;
        if (records != workload().size()) {
            throw std::runtime_error("a scan of the segments did not find all records");
        }
    }
}

// Every record of half of the keys dead.
void bench_compaction(State& state)
{
    for ([[maybe_unused]] auto once : state) {
        const Scratch scratch;
        const auto store = open_store(scratch.path(), plain_options());
        set_all(*store, 1);
        for (std::size_t position = 0; position < workload().size(); position += 2) {
            check(store->set(workload().key(position), std::string(workload().value(position)), now()));
        }
        check(store->sync());
        const Timer timer;
        const auto report = check(store->compact());
        state.SetIterationTime(timer.cpu_seconds());
        const auto bytes = static_cast<double>(report.bytes_before) / kMega;
        state.counters["MB/s of input"] = bytes / timer.cpu_seconds();
        state.counters["MB/s of input, wall time"] = bytes / timer.wall_seconds();
    }
}

std::map<std::string, double> space_a_key()
{
    const Scratch scratch;
    const auto count = static_cast<double>(workload().size());
    const auto before = Memory::now();
    const auto store = open_store(scratch.path(), plain_options());
    set_all(*store, 1);
    const auto after = Memory::now();
    const auto stats = store->stats();
    set_all(*store, 2);
    const auto again = Memory::now();
    const auto plain = static_cast<double>(kKeyBytes + kValueBytes + kFirstFormat.size());
    return {{"index_bytes", static_cast<double>(stats.index_bytes) / count},
            {"heap", (after.heap - before.heap) / count},
            {"resident", (after.resident - before.resident) / count},
            {"heap, all set twice", (again.heap - before.heap) / count},
            {"log beyond the first format", static_cast<double>(stats.disk_bytes) / count - plain}};
}

void bench_space(State& state)
{
    workload();  // not counted
    for ([[maybe_unused]] auto once : state) {
        const Timer timer;
        for (const auto& [name, figure] : in_child(space_a_key)) {
            state.counters[name] = figure;
        }
        state.SetIterationTime(timer.wall_seconds());
    }
}

}  // namespace

std::vector<std::string> register_alone_cases()
{
    const std::vector<std::pair<std::string, void (*)(State&)>> cases{
        {"list", bench_list},
        {"list groups", bench_groups},
        {"open with a snapshot", bench_open_with_snapshot},
        {"open without a snapshot", bench_open_without_snapshot},
        {"scan and verify segments", bench_scan_segments},
        {"compact", bench_compaction},
        {"bytes a key", bench_space},
    };
    std::vector<std::string> names;
    for (const auto& [name, run] : cases) {
        names.push_back(name);
        benchmark::RegisterBenchmark(name.c_str(), run)->Iterations(1)->UseManualTime();
    }
    return names;
}

}  // namespace bytestore::bench
