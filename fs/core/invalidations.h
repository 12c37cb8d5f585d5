// What the kernel must forget because it changed outside of the request that waits, and what it is told unasked.
#pragma once

#include "fs/core/attributes.h"

#include <functional>
#include <string>
#include <string_view>

namespace bytestore::fs {

// None may be empty. All but the last four are called with locks held: they only take note.
struct Invalidations {
    std::function<void(Ino)> content;                                // attributes, pages and listing of an inode
    std::function<void(Ino parent, const std::string& name)> entry;  // a name, and the listing that it is in
    // What is told of a name, which leads where it did, is to be asked anew by the next who follows it.
    std::function<void(Ino parent, const std::string& name)> answer;
    // Where a file ends now, told by its last byte, of a file that grew and whose content was told before: the kernel
    // only asks anew for what somebody asks it for, and reads of an open file, mappings and appends do not.
    std::function<void(Ino, std::uint64_t offset, char last)> end;
    // A directory's attributes, also those that are on their way to somebody who asked before: the kernel would believe
    // them when they come, though it knows of the change. Called with locks held, before the change is answered, and
    // done when it returns.
    std::function<void(Ino)> attributes;
    // A small file's content, at its first open, so that it need not be read. Called with locks held, and done when it
    // returns: nobody else has the file open, whose pages the kernel might keep locked.
    std::function<void(Ino, std::string_view content)> push;
    // The size of the file at this path below the mount, while nobody writes to the file; false: another file or none
    // is there. Called without a lock; done when it returns, unless that takes too long.
    std::function<bool(Ino, const std::string& path)> size;
    // Returns once the kernel has forgotten all that was noted before. Called without a lock.
    std::function<void()> wait;
};

}  // namespace bytestore::fs
