// What the environment says about long loops and random ones.
#pragma once

#include <cstdint>

namespace bytestore::test {

// `count` times the factor in the environment variable BYTESTORE_TEST_SCALE, 1 by default; never less than 1.
int scaled(int count);

// BYTESTORE_SEED, to repeat a run; a random one if that is not set. A test that fails prints its seed.
std::uint32_t first_seed();

}  // namespace bytestore::test
