// What a writer that will be killed writes: its n-th commit is known beforehand, so that the store shows by itself how
// far it came.
#pragma once

#include "engine/store.h"
#include "tests/support/model.h"

#include <cstdint>
#include <string>

namespace bytestore::test {

// How a writer tells, through a pipe, that a commit returned.
struct Acknowledgement {
    std::uint32_t writer = 0;
    std::uint32_t commit = 0;  // from 1
};

inline constexpr std::uint32_t kKillWriters = 4;

Options kill_options(SyncMode sync);
// Each commit sets several keys of the writer, of which one counts its commits, and removes one now and then.
Batch kill_batch(std::uint32_t writer, std::uint32_t commit);
std::string kill_counter(std::uint32_t writer);  // the key
// How many commits of the writer the store holds.
std::uint32_t kill_commits(const Store& store, std::uint32_t writer);

}  // namespace bytestore::test
