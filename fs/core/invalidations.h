// What the kernel must forget because it changed outside of the request that waits.
#pragma once

#include "fs/core/attributes.h"

#include <functional>
#include <string>

namespace bytestore::fs {

// None may be empty. The first two are called with locks held: they only take note.
struct Invalidations {
    std::function<void(Ino)> content;                                // attributes, pages and listing of an inode
    std::function<void(Ino parent, const std::string& name)> entry;  // a name, and the listing that it is in
    // Returns once the kernel has forgotten all that was noted before. Called without a lock.
    std::function<void()> wait;
};

}  // namespace bytestore::fs
