// Runs ours and its peers in turn and prints how they compare. See README.md.
#include "tests/bench/cases.h"
#include "tests/bench/ratio_table.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <utility>
#include <vector>

int main(int argc, char** argv)
{
    // In turn, several times, unless the command line says otherwise.
    std::vector<std::string> words{argv[0], "--benchmark_repetitions=3", "--benchmark_enable_random_interleaving=true"};
    words.insert(words.end(), argv + 1, argv + argc);
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) {
        return EXIT_FAILURE;
    }
    try {
        auto names = bytestore::bench::register_peer_cases();
        for (const auto& more :
             {bytestore::bench::register_alone_cases(), bytestore::bench::register_process_cases()}) {
            names.insert(names.end(), more.begin(), more.end());
        }
        bytestore::bench::RatioTable table(std::move(names));
        benchmark::RunSpecifiedBenchmarks(&table);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "engine_bench: {}\n", failure.what());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
