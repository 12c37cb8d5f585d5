// Runs of kvs from start to end, on a store with all keys and on one with a single key, in pairs.
#include "tests/bench/cases.h"
#include "tests/bench/our_store.h"
#include "tests/bench/scratch.h"
#include "tests/bench/workload.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
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

double milliseconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

pid_t start(Words& words)
{
    std::vector<char*> arguments;
    std::ranges::transform(words, std::back_inserter(arguments), [](std::string& word) { return word.data(); });
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        throw std::runtime_error(words.front() + " cannot be run");
    }
    return child;
}

Run run(Words words)
{
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = start(words);
    int status = 0;
    rusage usage = {};
    if (::wait4(child, &status, 0, &usage) < 0 || status != 0) {
        throw std::runtime_error(words.front() + " failed");
    }
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
    return {.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
            .wall_ms = wall.count(),
            .resident_mib = static_cast<double>(usage.ru_maxrss) / 1024};
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

void register_process_cases()
{
    const auto& key = workload().key(0);
    for (const auto& [name, words] :
         {std::pair("kvs get", Words{"get", key}), std::pair("kvs set", Words{"set", key, "another value"})}) {
        benchmark::RegisterBenchmark(name, [words](State& state) { bench_pairs(state, words); })
            ->Iterations(1)
            ->UseManualTime();
    }
}

}  // namespace bytestore::bench
