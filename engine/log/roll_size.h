// How large segments may grow. A compaction needs room for what is live in a segment before it frees what is dead, so
// segments are small beside the space that is left.
#pragma once

#include "engine/io/file.h"

#include <algorithm>
#include <cstdint>

namespace bytestore {

// Well below the spare of LogSpace, with which the first of them can be rewritten when nothing is free.
inline constexpr std::uint64_t kLeastRollSize = std::uint64_t{128} << 10;

// At most `wanted`, a sixteenth of what is free on the disk, but no less than kLeastRollSize.
inline std::uint64_t roll_size(Directory& directory, std::uint64_t wanted)
{
    constexpr std::uint64_t kShare = 16;
    const auto space = directory.space();
    if (!space) {
        return wanted;
    }
    return std::min(wanted, std::max(kLeastRollSize, space->blocks_available * space->block_size / kShare));
}

}  // namespace bytestore
