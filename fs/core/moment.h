// When something was looked at: at two equal moments every directory has the same names, with the same attributes.
#pragma once

#include <cstdint>

namespace bytestore::fs {

struct Moment {
    std::uint64_t store_version = 0;
    std::uint64_t contents_made = 0;  // see Files
    bool operator==(const Moment&) const = default;
};

}  // namespace bytestore::fs
