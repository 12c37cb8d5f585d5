// What is done in a directory, and how often.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace bytestore::bench {

struct Sizes {
    std::size_t files = 1000;         // that single calls are made on
    std::size_t entries = 100'000;    // of the directory that is listed
    std::size_t tree = 10'000;        // files of the tree that commands walk
    std::size_t bytes = 64ULL << 20;  // of the large value
};

struct Workload {
    std::string name;
    double operations = 1;                                      // of `work`: the figure is the time of one
    std::function<void(const std::string& directory)> prepare;  // in a directory that is empty
    bool cold = false;                                          // the kernel's caches go before the work
    std::function<void(const std::string& directory)> work;
};

// Each throws what fails.
std::vector<Workload> workloads(const Sizes& sizes);

}  // namespace bytestore::bench
