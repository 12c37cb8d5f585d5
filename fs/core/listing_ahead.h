// A listing with attributes of an open directory, and what was found of it that nobody has asked for yet: the entry
// that a reply had no room for, and those that come behind it, found while whoever lists looks at what he got. They
// count as looked up: what is removed meanwhile lives until the listing goes on, or is closed.
#pragma once

#include "fs/core/attributes.h"
#include "fs/core/moment.h"
#include "fs/core/node.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace bytestore::fs {

// An entry with what lookup tells of it; of "." and ".." that is the number and the type only.
struct KnownEntry {
    std::string name;
    std::uint64_t cookie = 0;
    Attributes attributes;
    bool looked_up = true;  // the kernel will forget it
};

struct ListingAhead {
    explicit ListingAhead(NodePtr of)
        : directory(std::move(of))
    {
    }

    std::mutex mutex;  // before the Filesystem's name lock
    // Guarded by mutex.
    NodePtr directory;               // none: it was closed
    std::uint64_t cookie = 0;        // of the last entry that was taken
    std::deque<KnownEntry> entries;  // behind that; each is looked up
    std::uint64_t found_to = 0;      // the cookie of the last of them
    std::optional<Moment> moment;    // at which the first of them was found; none: they may change any time
    std::size_t wanted = 0;          // how many there should be
};

}  // namespace bytestore::fs
