#include "tests/support/scale.h"

#include <algorithm>
#include <cstdlib>
#include <random>

namespace bytestore::test {

int scaled(int count)
{
    const char* scale = std::getenv("BYTESTORE_TEST_SCALE");
    const double factor = scale == nullptr ? 1.0 : std::atof(scale);
    return std::max(1, static_cast<int>(count * factor));
}

std::uint32_t first_seed()
{
    const char* seed = std::getenv("BYTESTORE_SEED");
    return seed == nullptr ? std::random_device{}() : static_cast<std::uint32_t>(std::strtoul(seed, nullptr, 10));
}

}  // namespace bytestore::test
