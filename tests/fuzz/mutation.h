// Changes inputs as a fuzzer does, for want of one.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fuzz {

class Mutation {
public:
    Mutation(std::uint32_t seed, std::vector<std::string> inputs)
        : random_(seed), inputs_(std::move(inputs))
    {
    }

    // One of the inputs after a few random changes: bits, bytes, stretches lost or repeated, parts of others.
    std::string next();

private:
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    std::string_view part(std::string_view text);
    const std::string& any() { return inputs_[below(inputs_.size())]; }
    void change(std::string& text);

    std::mt19937 random_;
    const std::vector<std::string> inputs_;
};

}  // namespace bytestore::fuzz
