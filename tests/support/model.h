// What a store should hold, as a plain map, and random work done on both.
#pragma once

#include "engine/store.h"
#include "tests/support/scale.h"

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace bytestore::test {

using Map = std::map<std::string, std::string>;

// All keys and values; a value that cannot be read is a failure of the test.
Map content_of(const Store& store);
// The same of a store in a directory, opened for reading only.
Map content_of(const std::string& directory);

// What a batch makes of a map.
Map applied(const Batch& batch, const Map& before);

// Random batches over a small set of keys, so that most records become stale.
class Workload {
public:
    struct Shape {
        int keys = 12;
        int largest_batch = 4;
        int largest_value = 60;
        bool binary = true;  // some values are no text
    };

    explicit Workload(std::uint32_t seed);
    Workload(std::uint32_t seed, Shape shape);

    Batch batch(const Map& now);  // sets, copies and removes; never without effect
    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

private:
    std::string key();
    std::string value();

    std::mt19937 random_;
    const Shape shape_;
    std::int64_t time_ = 1;
};

}  // namespace bytestore::test
