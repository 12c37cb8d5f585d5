// What a name in a directory stands for: asks the mapping, the store, and the files that are no record yet. The
// Filesystem's name lock is held by every caller, so that keys stay what they are.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/core/listing.h"
#include "fs/core/node.h"
#include "fs/core/node_table.h"
#include "fs/core/pending_files.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

// A place in a directory, and its key.
struct Spot {
    NodePtr directory;
    Node::Place place = Node::Place::segment;
    std::string prefix;            // of all keys below it: its key and a ':'
    std::size_t segment_size = 0;  // of what its key ends with; 0 of a %value

    std::string_view key() const { return std::string_view(prefix).substr(0, prefix.size() - 1); }
    std::string_view segment() const { return key().substr(key().size() - segment_size); }
};

// What is there.
struct Target {
    Spot spot;
    Type type = Type::file;
    std::optional<ValueRef> value;  // of a stored file or link
    std::uint64_t version = 0;      // Store::version() before it was found
    NodePtr pending;                // the node of a file that is no record yet

    // nullptr if it has no node.
    NodePtr node_in(const NodeTable& nodes) const;
};

class Names {
public:
    Names(const Store& store, const PendingFiles& pending);

    // The key of a node that is not detached; nullopt for the root.
    std::optional<std::string> key_of(const Node& node) const;
    // Where a node is that is not detached; not the root.
    static Spot spot_of(const Node& node);
    // As its parent lists it.
    static std::string name_of(const Node& node);
    static std::string name_of(const Spot& spot);
    // From the root on, for people; of one that is detached the last that it had, and that it is removed.
    static std::string path_of(const Node& node);
    // The prefix of all keys below a directory.
    std::string prefix_of(const Node& directory) const;

    // Errc::not_found if nothing is there (or can ever be); Errc::name_too_long. `listed`: what a listing that is
    // current tells of its type.
    Result<Target> resolve(const NodePtr& directory, std::string_view name, std::optional<Type> listed = {}) const;
    // The same of names of one listing, for less; nullopt where nothing is any more.
    std::vector<std::optional<Target>> resolve_each(const NodePtr& directory, std::span<const ListedName> listed) const;
    // Where that would be. Errors as resolve.
    Result<Spot> spot_of(const NodePtr& directory, std::string_view name) const;
    // Where something new with this name would be: Errc::invalid for names that cannot be made (an alias can only be
    // made by moving the segment that it names, `moved`), Errc::not_utf8, Errc::name_too_long, Errc::not_found if the
    // directory is gone.
    Result<Spot> place_for(const NodePtr& directory, std::string_view name,
                           std::optional<std::string_view> moved = {}) const;
    // What is at a place, if anything.
    std::optional<Target> at(const Spot& spot) const;
    // Whether `key` is a directory: keys or a marker stand under it.
    bool is_directory(std::string_view key) const;
    // What a file or a link with this key shows; a marker is neither.
    std::optional<ValueRef> value_of(std::string_view key) const;

private:
    std::optional<std::string> resolve_alias(const std::string& prefix, std::string_view head,
                                             std::string_view alias) const;
    bool look(const Spot& spot, std::optional<Type> listed, Target& target) const;

    const Store& store_;
    const PendingFiles& pending_;
};

}  // namespace bytestore::fs
