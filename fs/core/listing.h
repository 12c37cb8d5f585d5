// The names of a directory in the order in which they were first listed. A name's place is its readdir cookie: names
// that come later are appended, and those that went are passed over, so that a cookie means the same to every handle,
// and in every page of the kernel's, whatever happens meanwhile. So the names are kept while a handle is open, or while
// they are still all there is and the kernel may use its pages again.
//
// Threads: one at a time.
#pragma once

#include "engine/packed_names.h"
#include "fs/core/attributes.h"

#include <cstdint>
#include <optional>
#include <string>

namespace bytestore::fs {

// One of the names of a listing.
struct ListedName {
    std::string name;
    std::optional<Type> type;  // if nothing came or went since they were taken
    std::uint64_t cookie = 0;  // where to go on behind it
};

class Listing {
public:
    // With what had that name when they were taken; nullopt: nothing, it was gone.
    using Names = PackedNames<std::optional<Type>>;

    // An entry came or went.
    void expire() { ++version_; }
    bool is_current() const { return taken_ == version_; }
    // Of the directory as it is now.
    std::uint64_t version() const { return version_; }

    const Names& names() const { return names_; }
    // All that a directory has.
    struct Entries {
        Names all;
        bool distinct = true;  // no name stands twice
    };
    // Appends those that are not in it: what the directory had at `version`. Of one that is named as a directory and as
    // something else it had the directory.
    void take(Entries entries, std::uint64_t version);
    // Without names; no cookie is good any more.
    void begin_anew();

    unsigned handles = 0;  // each may have cookies

private:
    void merge(const Names& entries);

    Names names_;
    std::uint64_t version_ = 1;
    std::uint64_t taken_ = 0;  // the version that the names are of
};

}  // namespace bytestore::fs
