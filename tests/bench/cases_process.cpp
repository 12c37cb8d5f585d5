// Runs of kvs from start to end, on a store with all keys and on one with a single key, in pairs.
#include "tests/bench/cases.h"
#include "tests/bench/our_store.h"
#include "tests/bench/scratch.h"
#include "tests/bench/workload.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bytestore::bench {
namespace {

using benchmark::State;
using Words = std::vector<std::string>;

constexpr int kPairs = 21;

struct Run {
    double cpu_ms = 0;
    double wall_ms = 0;
    double resident_mib = 0;
};

Run run(const Words& words)
{
    const std::string command = fmt::format("'{}' '{}'", PROCESS_STATS_PROGRAM, fmt::join(words, "' '"));
    std::FILE* const output = ::popen(command.c_str(), "r");
    Run taken;
    const int got =
        output == nullptr ? 0 : std::fscanf(output, "%lf %lf %lf", &taken.cpu_ms, &taken.wall_ms, &taken.resident_mib);
    if (output == nullptr || ::pclose(output) != 0 || got != 3) {
        throw std::runtime_error(words.front() + " failed");
    }
    taken.resident_mib /= 1024;
    return taken;
}

// The median of one member.
double median(std::vector<Run>& runs, double Run::* member)
{
    const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
    std::ranges::nth_element(runs, middle, {}, member);
    return (*middle).*member;
}

struct Stores {
    Scratch full;
    Scratch small;
};

const Stores& stores()
{
    static const Stores made;
    [[maybe_unused]] static const bool filled = [] {
        for (const auto& [scratch, keys] :
             {std::pair(&made.full, workload().size()), std::pair(&made.small, std::size_t{1})}) {
            const auto store = open_store(scratch->path(), plain_options());
            for (std::size_t position = 0; position < keys; ++position) {
                check(store->set(workload().key(position), std::string(workload().value(position)), now()));
            }
            check(store->sync());
            check(store->close());
        }
        return true;
    }();
    return made;
}

void bench_pairs(State& state, const Words& command)
{
    const auto words = [&](const Scratch& scratch) {
        Words all{KVS_PROGRAM, "--dir", scratch.path()};
        all.insert(all.end(), command.begin(), command.end());
        return all;
    };
    for ([[maybe_unused]] auto once : state) {
        std::vector<Run> full;
        std::vector<Run> small;
        for (int i = 0; i < kPairs; ++i) {
            full.push_back(run(words(stores().full)));
            small.push_back(run(words(stores().small)));
        }
        state.counters["ms on a full store"] = median(full, &Run::cpu_ms);
        state.counters["ms on one of a single key"] = median(small, &Run::cpu_ms);
        state.counters["ms on a full store, wall time"] = median(full, &Run::wall_ms);
        state.counters["ms on one of a single key, wall time"] = median(small, &Run::wall_ms);
        state.counters["MiB resident on a full store"] = median(full, &Run::resident_mib);
        state.counters["MiB resident on one of a single key"] = median(small, &Run::resident_mib);
        state.SetIterationTime(median(full, &Run::wall_ms) / 1e3);
    }
}

}  // namespace

std::vector<std::string> register_process_cases()
{
    const auto& key = workload().key(0);
    std::vector<std::string> names;
    for (const auto& [name, words] :
         {std::pair("kvs get", Words{"get", key}), std::pair("kvs set", Words{"set", key, "another value"})}) {
        names.emplace_back(name);
        benchmark::RegisterBenchmark(name, [words](State& state) { bench_pairs(state, words); })
            ->Iterations(1)
            ->UseManualTime();
    }
    return names;
}

}  // namespace bytestore::bench
