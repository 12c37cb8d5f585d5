// Reads the snapshot file, believing none of it.
#pragma once

#include "engine/result.h"
#include "engine/snapshot/snapshot.h"

#include <cstdint>
#include <functional>
#include <span>

namespace bytestore {

// Reads up to `into.size()` bytes at `offset`; fewer only at the end. As File::read.
using ReadAt = std::function<Result<std::size_t>(std::uint64_t offset, std::span<char> into)>;

enum class SnapshotLoad : std::uint8_t {
    whole,      // all of it is in memory, and `read` is not used again
    on_demand,  // the base brings in what is touched, and is not intact any more once that fails
};

// The snapshot in the `size` bytes that `read` reads. Errc::damaged, with the reason, for what is not one; Errc::
// unsupported for one of another version. Whatever the bytes are, they cost no more memory than a few times their
// number, and what is returned (with `whole`; with `on_demand` what is touched of it) can be used safely.
Result<Snapshot> read_snapshot(ReadAt read, std::uint64_t size, SnapshotLoad load);

}  // namespace bytestore
