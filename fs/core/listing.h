// The names of a directory in the order in which they were first listed. A name's place is its readdir cookie: names
// that come later are appended, and those that went are passed over, so that a cookie means the same to every handle,
// and in every page of the kernel's, whatever happens meanwhile. So the names are kept while a handle is open, or while
// they are still all there is and the kernel may use its pages again.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

class Listing {
public:
    // An entry came or went.
    void expire() { ++version_; }
    bool is_current() const { return taken_ == version_; }
    // Of the directory as it is now.
    std::uint64_t version() const { return version_; }

    std::size_t size() const { return ends_.size(); }
    std::string_view name(std::size_t place) const;
    // Appends those that are not in it: all that the directory had at `version`.
    void take(const std::vector<std::string>& names, std::uint64_t version);
    // Without names; no cookie is good any more.
    void begin_anew();

    unsigned handles = 0;  // each may have cookies

private:
    std::string names_;              // one behind the other
    std::vector<std::size_t> ends_;  // of each
    std::uint64_t version_ = 1;
    std::uint64_t taken_ = 0;  // the version that the names are of
};

}  // namespace bytestore::fs
