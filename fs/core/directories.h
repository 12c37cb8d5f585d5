// Directories: a directory is there while keys, its marker or pending files are under it.
//
// Every caller holds the Filesystem's name lock.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/core/attributes.h"
#include "fs/core/name_lock.h"
#include "fs/core/names.h"
#include "fs/core/node.h"
#include "fs/core/node_table.h"
#include "fs/core/pending_files.h"
#include "fs/core/recent_listings.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

// One entry of a listing, as readdir tells it.
struct DirectoryEntry {
    std::string_view name;
    Ino ino = 0;
    Type type = Type::file;
    std::uint64_t cookie = 0;  // where to go on behind it
};

// The names in this are those of `held`.
struct DirectoryPage {
    std::shared_ptr<const Listing::Names> held;
    std::vector<DirectoryEntry> entries;
};

class Directories {
public:
    static constexpr std::uint64_t kDots = 2;  // entries, "." and "..", and the cookie of the second

    using Outdated = std::function<void(Ino)>;

    // `outdated` hears of directories whose attributes somebody may be about to believe that are no longer true. Locks
    // are held then.
    Directories(Store& store, const NodeTable& nodes, const Names& names, const PendingFiles& pending,
                Owner store_owner, Outdated outdated);

    // The owner of what is made in the directory: its group, if it is set-group-ID.
    Owner owner_in(const NodePtr& directory, Owner owner) const;
    bool passes_group_on(const NodePtr& directory) const;
    Attributes attributes(const NodePtr& directory) const;
    // A record of the marker at once.
    Result<Position> change(const NodePtr& directory, const AttributeChange& change);
    // An entry came or went (its key does not matter), so that there are `subdirectories` more.
    void entry_changed(const Spot& spot, int subdirectories = 0) const;
    // The same, of an entry that may have been a directory, or have become one.
    void some_entry_changed(const Spot& spot) const;

    // The number of ".." in it is another than the one that was listed.
    static void expire_listing(const NodePtr& directory);

    // The time at which an entry came or went, of a directory that mkdir made, becomes a record. (Where only keys make
    // it, a marker would keep it when they are gone.)
    void store_time(const NodePtr& directory) const;

    // Errc::not_empty while anything but the marker is in it.
    Status check_empty(const Node* directory, std::string_view key) const;
    // Adds the marker of `directory` to `batch` if nothing would be left under it once the entry with key `gone` has
    // been taken out. One whose marker would be too long a key goes.
    void keep(Batch& batch, const NodePtr& directory, std::string_view gone) const;

    // Listings. `open` tells whether what the kernel keeps of an earlier one can be used. `first` sees to it that the
    // directory's present names will be told, of which it takes no more than a first part, if it can; `next` finds the
    // first entries behind `cookie` that are still there, `most` at most, none at the end. Over many names they let
    // others in who change names.
    bool open(const NodePtr& directory) const;
    void close(const NodePtr& directory) const;
    void first(const NodePtr& directory, SharedNames& names);
    DirectoryPage next(const NodePtr& directory, std::uint64_t cookie, std::size_t most, SharedNames& names);
    // The first names behind `cookie`, not below kDots, of which it may turn out that they are gone.
    ListedPage next_names(const NodePtr& directory, std::uint64_t cookie, std::size_t most, SharedNames& names);

private:
    Attributes described(const NodePtr& directory) const;
    Attributes access(const NodePtr& directory) const;
    std::uint32_t links(const NodePtr& directory) const;
    Meta meta_of(const std::optional<std::string>& key) const;
    static bool has_no_cookies(const Listing& listing);
    static bool are_told_apart(const NodePtr& directory);
    static bool falls_behind(const NodePtr& directory);
    void take(const NodePtr& directory, SharedNames& names);
    bool catch_up(const NodePtr& directory);
    Named named(const NodePtr& directory, std::string_view name) const;
    bool take_recent(const NodePtr& directory, std::uint64_t version);
    std::optional<std::uint64_t> version_if_stored(const NodePtr& directory) const;
    void keep_recent_locked(const NodePtr& directory, std::optional<std::uint64_t> store_version);
    bool go_on(const NodePtr& directory, SharedNames& names);
    void complete(const NodePtr& directory, SharedNames& names);
    static ListedPage names_behind(const NodePtr& directory, std::uint64_t cookie, std::size_t most);
    Listing::Entries begin_walk(const NodePtr& directory) const;
    void walk_on(const NodePtr& directory, Listing::Entries& entries) const;
    void walk_to_the_end(const NodePtr& directory, Listing::Entries& entries, SharedNames& names) const;
    std::vector<DirectoryEntry> numbered(const NodePtr& directory, const std::vector<ListedName>& names) const;
    void number_plain(const NodePtr& directory, std::span<DirectoryEntry> entries) const;
    std::optional<DirectoryEntry> entry_of(const NodePtr& directory, ListedName name) const;

    Store& store_;
    const NodeTable& nodes_;
    const Names& names_;
    const PendingFiles& pending_;
    const Owner store_owner_;
    const Outdated outdated_;
    RecentListings recent_;
};

}  // namespace bytestore::fs
