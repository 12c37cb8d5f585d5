// Copies a part of one file into another.
#pragma once

#include "engine/io/file.h"

#include <cstdint>

namespace bytestore {

// Copies [begin, end) of `from`, or as much of it as there is, to the start of `to`, and syncs that.
Status copy_bytes(File& from, std::uint64_t begin, std::uint64_t end, File& to);

}  // namespace bytestore
