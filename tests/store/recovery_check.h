// Opens what a crash left on a disk in memory, in every way there is, and fails the test where anything is wrong with
// what it finds.
#pragma once

#include "tests/support/memory_files.h"
#include "tests/support/model.h"

#include <functional>
#include <random>

namespace bytestore::test {

class RecoveryCheck {
public:
    using Allowed = std::function<bool(const Map&)>;

    // `options`: those of the store that crashed; what they say of syncing matters to nobody who finds a store.
    // `allowed`: whether this may be found.
    RecoveryCheck(const Options& options, Allowed allowed);

    // For reading; then for writing, after which the last of a key wins for whoever reads the segments. Both find the
    // same, which is returned.
    Map recover(const MemoryFiles& left) const;
    // A further crash at every call of the recovery loses nothing that it found.
    void crash_in_recovery(const MemoryFiles& left, bool power_fails, std::mt19937& random) const;
    // The recovered store takes writes, compacts, and opens again.
    void go_on(const MemoryFiles& left, std::uint32_t seed) const;

private:
    Map read(MemoryFiles& disk) const;
    Map expect_allowed(const Map& found, const MemoryFiles& disk) const;

    Options options_;
    const Allowed allowed_;
};

// Fails the test, and ends it, if the store does not open.
std::unique_ptr<Store> open_store(const Options& options, FileSystem& files);

// The power fails: what is there at the next boot.
std::unique_ptr<MemoryFiles> lose_power(const MemoryFiles& disk, Loss loss, std::mt19937& random);

}  // namespace bytestore::test
