#include "tests/bench/cases.h"
#include "tests/bench/contender.h"
#include "tests/bench/scratch.h"
#include "tests/bench/timer.h"
#include "tests/bench/workload.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bytestore::bench {
namespace {

using benchmark::State;
using Order = std::vector<std::uint32_t>;

constexpr std::size_t kSyncedSets = 200;
constexpr std::uint64_t kLoadSeed = 1;
constexpr std::uint64_t kReadSeed = 2;

Order ascending()
{
    Order order(workload().size());
    std::iota(order.begin(), order.end(), 0U);
    return order;
}

void report(State& state, const Timer& timer, std::size_t operations)
{
    const auto count = static_cast<double>(operations);
    state.SetIterationTime(timer.cpu_seconds());
    state.counters["ns"] = timer.cpu_seconds() * kNano / count;
    state.counters["wall ns"] = timer.wall_seconds() * kNano / count;
}

void set_all(Contender& contender, const Order& order)
{
    for (const std::uint32_t position : order) {
        contender.set(workload().key(position), workload().value(position));
    }
}

void bench_set(State& state, const ContenderKind& kind, const Order& order)
{
    for ([[maybe_unused]] auto once : state) {
        const Scratch scratch;
        const auto contender = kind.open(scratch.path());
        const Timer timer;
        set_all(*contender, order);
        report(state, timer, order.size());
    }
}

void bench_set_synced(State& state, const ContenderKind& kind)
{
    for ([[maybe_unused]] auto once : state) {
        const Scratch scratch;
        const auto contender = kind.open(scratch.path());
        const Timer timer;
        for (std::size_t i = 0; i < kSyncedSets; ++i) {
            contender->set_synced(workload().key(i), workload().value(i));
        }
        report(state, timer, kSyncedSets);
    }
}

// A store with all keys in it, that stays for all repetitions.
class Loaded {
public:
    Loaded(const ContenderKind& kind, const Order& order)
        : contender_(kind.open(scratch_.path()))
    {
        set_all(*contender_, order);
        contender_->prepare_for_reads();
    }
    const Contender& contender() const { return *contender_; }

private:
    const Scratch scratch_;
    const std::unique_ptr<Contender> contender_;
};

const Contender& loaded(const ContenderKind& kind, const std::string& how, const Order& order)
{
    static std::map<std::pair<std::string, std::string>, Loaded> all;
    return all.try_emplace({kind.name, how}, kind, order).first->second.contender();
}

const Contender& loaded_at_random(const ContenderKind& kind)
{
    return loaded(kind, "at random", workload().shuffled(kLoadSeed));
}

void get_all(Contender::Reader& reader, const Order& order)
{
    std::string value;
    for (const std::uint32_t position : order) {
        if (!reader.get(workload().key(position), value) || value != workload().value(position)) {
            throw std::runtime_error("a value was not found, or another");
        }
    }
}

void bench_get(State& state, const ContenderKind& kind)
{
    const auto reader = loaded_at_random(kind).reader();
    const Order order = workload().shuffled(kReadSeed);
    get_all(*reader, order);  // so that all that can be cached is
    for ([[maybe_unused]] auto once : state) {
        const Timer timer;
        get_all(*reader, order);
        report(state, timer, order.size());
    }
}

void bench_get_missing(State& state, const ContenderKind& kind)
{
    const auto reader = loaded_at_random(kind).reader();
    const Order order = workload().shuffled(kReadSeed);
    for ([[maybe_unused]] auto once : state) {
        std::string key;
        std::string value;
        const Timer timer;
        for (const std::uint32_t position : order) {
            key.assign(workload().key(position)).back() = '!';
            if (reader->get(key, value)) {
                throw std::runtime_error("a key was found that is not there");
            }
        }
        report(state, timer, order.size());
    }
}

// As many threads as the machine has processors, up to four; the time is that of one of them.
void bench_get_threads(State& state, const ContenderKind& kind)
{
    const auto& contender = loaded_at_random(kind);
    const auto threads = std::clamp(std::thread::hardware_concurrency(), 2U, 4U);
    std::vector<Order> orders;
    for (unsigned i = 0; i < threads; ++i) {
        orders.push_back(workload().shuffled(kReadSeed + i));
    }
    for ([[maybe_unused]] auto once : state) {
        std::vector<std::thread> running;
        for (unsigned i = 1; i < threads; ++i) {
            running.emplace_back([&, i] { get_all(*contender.reader(), orders[i]); });
        }
        const auto reader = contender.reader();
        const Timer timer;
        get_all(*reader, orders.front());
        report(state, timer, orders.front().size());
        std::ranges::for_each(running, &std::thread::join);
    }
}

void bench_scan(State& state, const Contender& contender)
{
    const auto reader = contender.reader();
    const std::uint64_t expected = workload().size() * (kKeyBytes + kValueBytes);
    for ([[maybe_unused]] auto once : state) {
        const Timer timer;
        if (reader->scan() != expected) {
            throw std::runtime_error("a scan did not find everything");
        }
        report(state, timer, workload().size());
    }
}

using Case = std::function<void(State&, const ContenderKind&)>;

}  // namespace

std::vector<std::string> register_peer_cases()
{
    const std::vector<std::pair<std::string, Case>> cases{
        {"set in order", [](State& state, const ContenderKind& kind) { bench_set(state, kind, ascending()); }},
        {"set at random",
         [](State& state, const ContenderKind& kind) { bench_set(state, kind, workload().shuffled(kLoadSeed)); }},
        {"set and sync", bench_set_synced},
        {"get at random", bench_get},
        {"get a missing key", bench_get_missing},
        {"get, all processors", bench_get_threads},
        {"scan, set in order",
         [](State& state, const ContenderKind& kind) { bench_scan(state, loaded(kind, "in order", ascending())); }},
        {"scan, set at random",
         [](State& state, const ContenderKind& kind) { bench_scan(state, loaded_at_random(kind)); }},
    };
    std::vector<std::string> names;
    for (const auto& [name, run] : cases) {
        names.push_back(name);
        for (const auto& kind : contender_kinds()) {
            benchmark::RegisterBenchmark((name + "/" + kind.name).c_str(),
                                         [run, kind](State& state) { run(state, kind); })
                ->Iterations(1)
                ->UseManualTime();
        }
    }
    return names;
}

}  // namespace bytestore::bench
