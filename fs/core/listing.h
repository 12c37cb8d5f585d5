// The names of a directory in the order in which they were first listed. A name's number is its readdir cookie: names
// that come later are appended, and those that went are passed over, and left out when they become many, so that a
// cookie means the same to every handle, and in every page of the kernel's, whatever happens meanwhile. So the names
// are kept while a handle is open, or while all that changed since is known.
//
// Threads: one at a time.
#pragma once

#include "fs/core/attributes.h"
#include "fs/core/numbered_names.h"

#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore::fs {

class Listing {
public:
    using Names = NumberedNames;

    // What is told of the entries is no longer true.
    void expire() { ++version_; }
    // The same of one entry, which came, went, or became something else. `make_name` makes its name, if it is of use;
    // nullopt: it costs too much to look for it.
    template <class MakeName>
    void note_change(const MakeName& make_name) noexcept
    {
        expire();
        if (std::exchange(follows_, false)) {
            try {
                if (auto name = make_name()) {
                    changed_.push_back(*std::move(name));
                    go_on_following();
                }
            } catch (const std::bad_alloc&) {  // then all names are taken anew
                return;
            }
        }
    }
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
    // Whether catch_up() makes them those of now, for less than to take them all: when all changes since are known.
    bool knows_changes() const { return follows_ && changed_.size() * kChangesCost <= names_->size(); }
    // So few that each name can be looked for among them.
    bool knows_few_changes() const { return knows_changes() && changed_.size() < kFew; }
    const std::vector<std::string>& changed_names() const { return changed_; }
    // What has those names at `version`, by name.
    void catch_up(std::map<std::string, Named, std::less<>> changed, std::uint64_t version);

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
    std::uint64_t opened = 0;     // the version of the directory then, for the last time
    std::uint64_t numbering = 0;  // of the node table, when the kernel began to keep what it was told

private:
    // About as much as to walk over so many names it costs to look one up.
    static constexpr std::size_t kChangesCost = 4;
    static constexpr std::size_t kFew = 64;

    static std::shared_ptr<const Names> none();  // one for all
    void show(Names names);
    void follow();  // what changes from now on
    void go_on_following();
    Names merged(const Names& entries) const;

    std::shared_ptr<const Names> names_ = none();
    std::uint64_t version_ = 1;
    std::uint64_t taken_ = 0;        // the version that the names are of
    std::unique_ptr<Entries> rest_;  // without names
    bool is_behind_ = false;

    // Of names that are no part, since they were taken.
    bool follows_ = false;  // all changes are in this:
    std::vector<std::string> changed_;
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
