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
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace bytestore::fs {

// What is known of a name.
struct Named {
    std::optional<Type> type;  // what had it when the names were taken; nullopt: nothing, it was gone
    bool plain = false;        // it is the segment of its key
};

class Listing {
public:
    using Names = PackedNames<Named>;

    // An entry came or went.
    void expire() { ++version_; }
    bool is_current() const { return taken_ == version_; }
    // Of the directory as it is now.
    std::uint64_t version() const { return version_; }

    // Others take their place when they change.
    const std::shared_ptr<const Names>& names() const { return names_; }
    // What a directory has, as far as it was walked over. A name may stand twice: a key with keys below it is a
    // directory, and what is not stored yet can be by the time that the walk comes to it.
    struct Entries {
        Names all;
        bool unstored = false;
        bool keys = false;
        bool groups = false;
        std::optional<std::string> after;  // where to go on: behind this in the order of keys; none: that was all
        bool distinct() const { return !unstored && !(keys && groups); }
    };
    // Appends those that are not in it: what the directory had at `version`. Of one that is named as a directory and as
    // something else it had the directory.
    void take(Entries entries, std::uint64_t version);
    // The same, of which there is a listing already; this one has no names.
    void take(std::shared_ptr<const Names> names, std::uint64_t version);
    // Of a large directory the names may be a first part only, and its version then. `part` has what it takes to go on.
    bool is_part() const { return rest_ != nullptr; }
    Entries part() const;
    void complete(Entries entries);
    // Somebody reads names that are not those of now from their start. What came since is appended by the time that he
    // comes to their end.
    void fall_behind() { is_behind_ = true; }
    bool is_behind() const { return is_behind_; }
    std::uint64_t changes() const { return version_ - taken_; }  // since they were taken
    std::uint64_t taken() const { return taken_; }
    // Without names; no cookie is good any more.
    void begin_anew();

    unsigned handles = 0;
    bool told = false;            // to one of these: he may have cookies
    std::uint64_t numbering = 0;  // of the node table, when the kernel began to keep what it was told

private:
    static std::shared_ptr<const Names> none();  // one for all
    void show(Names names);
    Names merged(const Names& entries) const;

    std::shared_ptr<const Names> names_ = none();
    std::uint64_t version_ = 1;
    std::uint64_t taken_ = 0;        // the version that the names are of
    std::unique_ptr<Entries> rest_;  // without names
    bool is_behind_ = false;
};

// One of its names.
struct ListedName {
    std::string_view name;
    std::optional<Type> type;  // if nothing came or went since they were taken
    bool plain = false;
    std::uint64_t cookie = 0;  // where to go on behind it
};

// Some of them, which stay where they are with `held`.
struct ListedPage {
    std::shared_ptr<const Listing::Names> held;
    std::vector<ListedName> names;
};

}  // namespace bytestore::fs
