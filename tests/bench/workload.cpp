#include "tests/bench/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

namespace bytestore::bench {
namespace {

constexpr std::size_t kDefaultKeys = 1'000'000;
constexpr std::size_t kPerDirectory = 100;
constexpr std::size_t kDirectoriesPerOwner = 100;

// The last part of a key is a number that does not grow with its position: an odd factor makes each appear once.
constexpr std::uint32_t kScatter = 0x9e3779b1;
constexpr std::uint32_t kLeafMask = (1U << 28) - 1;

std::string make_key(std::size_t number)
{
    const std::size_t directory = number / kPerDirectory;
    const auto leaf = static_cast<std::uint32_t>(number) * kScatter & kLeafMask;
    return fmt::format("app:customer-{:04}:service:worker{:02}:items:{:07x}", directory / kDirectoriesPerOwner,
                       directory % kDirectoriesPerOwner, leaf);
}

std::size_t number_of_keys()
{
    const char* const asked = std::getenv("BYTESTORE_BENCH_KEYS");
    return asked != nullptr ? std::strtoull(asked, nullptr, 10) : kDefaultKeys;
}

}  // namespace

Workload::Workload(std::size_t keys)
{
    keys_.reserve(keys);
    for (std::size_t number = 0; number < keys; ++number) {
        keys_.push_back(make_key(number));
    }
    std::ranges::sort(keys_);
    std::mt19937_64 random(1);
    text_.resize(1U << 20);
    std::ranges::generate(text_, [&] { return static_cast<char>('a' + random() % 26); });
}

std::string_view Workload::value(std::size_t position) const
{
    return std::string_view(text_).substr(position * 61 % (text_.size() - kValueBytes), kValueBytes);
}

std::vector<std::uint32_t> Workload::shuffled(std::uint64_t seed) const
{
    std::vector<std::uint32_t> order(keys_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::shuffle(order, std::mt19937_64(seed));
    return order;
}

const Workload& workload()
{
    static const Workload all(number_of_keys());
    return all;
}

}  // namespace bytestore::bench
