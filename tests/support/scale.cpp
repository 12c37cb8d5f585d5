#include "tests/support/scale.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

namespace bytestore::test {

namespace {

double factor()
{
    const char* scale = std::getenv("BYTESTORE_TEST_SCALE");
    return scale == nullptr ? 1.0 : std::atof(scale);
}

}  // namespace

int scaled(int count)
{
    return std::max(1, static_cast<int>(count * factor()));
}

std::size_t stride()
{
    return factor() > 0 && factor() < 1 ? static_cast<std::size_t>(std::lround(1 / factor())) : 1;
}

std::uint32_t first_seed()
{
    const char* seed = std::getenv("BYTESTORE_SEED");
    return seed == nullptr ? std::random_device{}() : static_cast<std::uint32_t>(std::strtoul(seed, nullptr, 10));
}

}  // namespace bytestore::test
