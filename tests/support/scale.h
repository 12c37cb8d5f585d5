// What the environment says about long loops and random ones.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bytestore::test {

// `count` times the factor in the environment variable BYTESTORE_TEST_SCALE, 1 by default; never less than 1.
int scaled(int count);

// The step of a loop over everything there is: 1, and with a factor below 1 so many times more.
std::size_t stride();

// BYTESTORE_SEED, to repeat a run; a random one if that is not set. A test that fails prints its seed.
std::uint32_t first_seed();

}  // namespace bytestore::test
