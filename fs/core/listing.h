// The names of a directory in the order in which they were first listed. A name's place is its readdir cookie: names
// that come later are appended, and those that went are passed over, so that a cookie means the same to every handle,
// and in every page of the kernel's, whatever happens meanwhile. So the names are kept while a handle is open, or while
// they are still all there is and the kernel may use its pages again.
//
// Threads: one at a time.
#pragma once

#include "fs/core/attributes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

class Listing {
public:
    struct Listed {
        std::string name;
        Type type = Type::file;
    };

    // An entry came or went.
    void expire() { ++version_; }
    bool is_current() const { return taken_ == version_; }
    // Of the directory as it is now.
    std::uint64_t version() const { return version_; }

    std::size_t size() const { return ends_.size(); }
    std::string_view name(std::size_t place) const;
    // What had that name when the names were taken; nullopt: nothing, it was gone.
    std::optional<Type> type(std::size_t place) const { return types_[place]; }
    // All that a directory has.
    struct Entries {
        std::vector<Listed> all;
        bool distinct = true;  // no name stands twice
    };
    // Appends those that are not in it: what the directory had at `version`. Of one that is named as a directory and as
    // something else it had the directory.
    void take(const Entries& entries, std::uint64_t version);
    // Without names; no cookie is good any more.
    void begin_anew();

    unsigned handles = 0;  // each may have cookies

private:
    void append(const Listed& entry);
    void merge(const std::vector<Listed>& entries);

    std::string names_;              // one behind the other
    std::vector<std::size_t> ends_;  // of each
    std::vector<std::optional<Type>> types_;
    std::uint64_t version_ = 1;
    std::uint64_t taken_ = 0;  // the version that the names are of
};

}  // namespace bytestore::fs
