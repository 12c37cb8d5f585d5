// The names of a directory in the order in which they were first listed, each with a number. The numbers ascend; those
// of names that were left out are skipped.
//
// Threads: one at a time.
#pragma once

#include "engine/packed_names.h"
#include "fs/core/attributes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bytestore::fs {

// What is known of a name.
struct Named {
    std::optional<Type> type;  // what had it when the names were taken; nullopt: nothing, it was gone
    bool plain = false;        // it is the segment of its key
};

class NumberedNames {
public:
    // With the next number, which is above all others.
    void add(std::string_view name, Named named)
    {
        names_.add(name, named);
        ++next_;
    }
    void shrink_to_fit() { names_.shrink_to_fit(); }
    // The same without those that nothing has.
    NumberedNames living() const;

    std::size_t memory_bytes() const { return names_.memory_bytes() + runs_.capacity() * sizeof(Run); }
    std::size_t size() const { return names_.size(); }
    bool empty() const { return names_.empty(); }
    std::string_view operator[](std::size_t place) const { return names_[place]; }
    const Named& tag_of(std::size_t place) const { return names_.tag_of(place); }
    Named& tag_of(std::size_t place) { return names_.tag_of(place); }
    std::uint64_t number_of(std::size_t place) const;
    // Of the first name that has the number or a higher one; size() if none has.
    std::size_t place_from(std::uint64_t number) const;

private:
    // From a place on each name has the number after that of the one before it.
    struct Run {
        std::size_t place = 0;
        std::uint64_t number = 0;
    };
    void skip_to(std::uint64_t number);

    PackedNames<Named> names_;
    std::vector<Run> runs_;  // none: a name's number is its place
    std::uint64_t next_ = 0;
};

}  // namespace bytestore::fs
