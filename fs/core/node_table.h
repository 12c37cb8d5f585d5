// All nodes, by inode number and by name.
//
// An inode number is a hash of the kind and the key that a node has when it is first seen; if a live node has it, the
// next free one is taken, and a rename keeps it. A node lives as long as the kernel knows it (lookups) or something
// here needs it (pins).
//
// Threads: every method locks by itself.
#pragma once

#include "engine/spinning_mutex.h"
#include "fs/core/counting_filter.h"
#include "fs/core/flat_table.h"
#include "fs/core/node.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

inline constexpr Ino kRootIno = 1;

class NodeTable {
public:
    NodeTable();

    const NodePtr& root() const { return root_; }
    std::size_t size() const;
    std::vector<NodePtr> all() const;
    NodePtr find(Ino ino) const;  // nullptr if there is none
    NodePtr find(const Node& parent, Node::Place place, std::string_view segment) const;

    // The node with this name, made if needed, with one more lookup and of this type (a name whose type changed gets a
    // new node).
    NodePtr look_up(const NodePtr& parent, Node::Place place, std::string_view segment, Type type,
                    std::string_view key);
    // Whether nothing knows it any more, and it is gone from here.
    bool forget(const NodePtr& node, std::uint64_t lookups);

    void pin(Node& node);
    void unpin(const NodePtr& node);

    // The name is free again; the node lives on while it is open or known.
    void detach(Node& node);
    // The node has another name now, which is free.
    void move(const NodePtr& node, const NodePtr& parent, Node::Place place, std::string_view segment);
    void exchange(const NodePtr& a, const NodePtr& b);
    // Another once names in the directory that no node has may have other numbers than were told. The name lock is
    // held.
    std::uint64_t numbering(const Node& directory) const;

    // The numbers that nodes of these names have, or would get now. The table is locked as long as this lives.
    class Numbers {
    public:
        explicit Numbers(const NodeTable& nodes)
            : nodes_(nodes), lock_(nodes.mutex_)
        {
        }
        Ino of(const Node& parent, Node::Place place, std::string_view segment, Type type, std::string_view key) const;

    private:
        const NodeTable& nodes_;
        const std::lock_guard<SpinningMutex> lock_;
    };

private:
    struct Name {
        Ino parent = 0;
        Node::Place place = Node::Place::segment;
        std::string_view segment;
        bool operator==(const Name&) const = default;
    };

    static Name name_of(const Node& parent, Node::Place place, std::string_view segment)
    {
        return {.parent = parent.ino, .place = place, .segment = place == Node::Place::value ? "" : segment};
    }
    static std::uint64_t hash_of(const Name& name);
    static Name name_of(const Node& node) { return name_of(*node.parent, node.place, node.segment); }
    const NodePtr* named_locked(const Node& parent, Node::Place place, std::string_view segment) const;
    Ino free_number_locked(const Node& parent, Type type, std::string_view key) const;
    const NodePtr* numbered_locked(Ino number) const;
    void number_locked(const NodePtr& node);
    void note_stray_locked(Node& node);
    void note_free_number_locked(const Node& node);
    // Whether each name has, or would get, the number that it prefers: all nodes but the root have a name, and the
    // number that goes with it.
    bool all_preferred_locked() const
    {
        return strays_ == 0 && by_name_.size() + 1 == by_ino_.size() && !has_moved_directory_;
    }
    void release_locked(NodePtr node);
    void name_locked(const NodePtr& node);
    void unname_locked(Node& node);
    void note_move_locked(const NodePtr& node);
    // Whether it, or a directory above it, has another name than when it got its number.
    static bool has_moved(const Node& node);

    const NodePtr root_;

    mutable SpinningMutex mutex_;
    // Guarded by mutex_.
    FlatTable<NodePtr> by_ino_;  // a number is its own hash
    FlatTable<NodePtr> by_name_;
    // What is in these two. Most names of a listing are in neither, and to find that out there waits for memory twice.
    CountingFilter numbers_;
    CountingFilter names_;
    std::size_t strays_ = 0;
    bool has_moved_directory_ = false;  // whether any directory ever has
    std::uint64_t renumberings_ = 0;
};

}  // namespace bytestore::fs
