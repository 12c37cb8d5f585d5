#include "fs/core/node_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr Ino kSeveral = UINT64_MAX;  // directories

// The kind as XXH3's seed would not do: with another seed other keys of eight bytes have the same hashes.
Ino preferred_number(Type type, std::string_view key)
{
    constexpr Ino kOdd = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio
    const Ino number = XXH3_64bits(key.data(), key.size()) ^ (kOdd * static_cast<Ino>(type));
    return number <= kRootIno ? kRootIno + 1 : number;
}

Ino next_number(Ino number)
{
    return number + 1 <= kRootIno ? kRootIno + 1 : number + 1;
}

}  // namespace

std::uint64_t NodeTable::hash_of(const Name& name)
{
    const auto seed = name.parent + static_cast<Ino>(name.place);
    return XXH3_64bits_withSeed(name.segment.data(), name.segment.size(), seed);
}

// nullptr: no node.
const NodePtr* NodeTable::named_locked(const Node& parent, Node::Place place, std::string_view segment) const
{
    const auto name = name_of(parent, place, segment);
    const auto hash = hash_of(name);
    if (!names_.may_have(hash)) {
        return nullptr;
    }
    return by_name_.find(hash, [&](const NodePtr& node) { return name_of(*node) == name; });
}

// nullptr: no node.
const NodePtr* NodeTable::numbered_locked(Ino number) const
{
    return numbers_.may_have(number) ? by_ino_.find(number, [](const NodePtr&) { return true; }) : nullptr;
}

NodeTable::NodeTable()
    : root_(std::make_shared<Node>(Type::directory))
{
    root_->ino = kRootIno;
    root_->place = Node::Place::root;
    root_->pins = 1;
    number_locked(root_);
}

std::vector<NodePtr> NodeTable::all() const
{
    const std::lock_guard lock(mutex_);
    std::vector<NodePtr> nodes;
    nodes.reserve(by_ino_.size());
    by_ino_.for_each([&](const NodePtr& node) { nodes.push_back(node); });
    return nodes;
}

std::size_t NodeTable::size() const
{
    const std::lock_guard lock(mutex_);
    return by_ino_.size();
}

NodePtr NodeTable::find(Ino ino) const
{
    const std::lock_guard lock(mutex_);
    const auto* found = numbered_locked(ino);
    return found == nullptr ? nullptr : *found;
}

NodePtr NodeTable::find(const Node& parent, Node::Place place, std::string_view segment) const
{
    const std::lock_guard lock(mutex_);
    const auto* found = named_locked(parent, place, segment);
    return found == nullptr ? nullptr : *found;
}

NodePtr NodeTable::look_up(const NodePtr& parent, Node::Place place, std::string_view segment, Type type,
                           std::string_view key)
{
    const std::lock_guard lock(mutex_);
    if (const auto* found = named_locked(*parent, place, segment)) {
        if ((*found)->type == type) {
            ++(*found)->lookups;
            return *found;
        }
        unname_locked(**found);
    }
    auto node = std::make_shared<Node>(type);
    node->place = place;
    node->parent = parent;
    node->segment = std::string(segment);
    node->lookups = 1;
    node->ino = free_number_locked(*parent, type, key);
    by_ino_.make_room();
    by_name_.make_room();
    if (node->ino != preferred_number(type, key)) {
        note_stray_locked(*node);
    }
    number_locked(node);
    ++parent->pins;
    name_locked(node);
    return node;
}

Ino NodeTable::free_number_locked(const Node& parent, Type type, std::string_view key) const
{
    auto number = preferred_number(type, key);
    while (const auto* taken = numbered_locked(number)) {
        auto& in = (*taken)->in_the_way_in;
        in = in == 0 || in == parent.ino ? parent.ino : kSeveral;
        number = next_number(number);
    }
    return number;
}

void NodeTable::note_free_number_locked(const Node& node)
{
    if (node.in_the_way_in == 0) {
        return;
    }
    ++renumberings_;
    const auto* directory = numbered_locked(node.in_the_way_in);
    if (node.in_the_way_in == kSeveral) {
        root_->state->moved = renumberings_;
    } else if (directory != nullptr && (*directory)->state) {
        (*directory)->state->renumbered = renumberings_;
    }
}

std::uint64_t NodeTable::numbering(const Node& directory) const
{
    const std::lock_guard lock(mutex_);
    auto last = directory.state->renumbered;
    for (const auto* at = &directory; at != nullptr; at = at->parent.get()) {
        last = std::max(last, at->state->moved);
    }
    return last;
}

void NodeTable::note_stray_locked(Node& node)
{
    strays_ += std::exchange(node.stray, true) ? 0 : 1;
}

bool NodeTable::forget(const NodePtr& node, std::uint64_t lookups)
{
    const std::lock_guard lock(mutex_);
    node->lookups -= std::min(lookups, node->lookups);
    const bool last = node->lookups == 0 && node->pins == 0;
    release_locked(node);
    return last;
}

void NodeTable::pin(Node& node)
{
    const std::lock_guard lock(mutex_);
    ++node.pins;
}

void NodeTable::unpin(const NodePtr& node)
{
    const std::lock_guard lock(mutex_);
    --node->pins;
    release_locked(node);
}

// Gives up the node if nothing holds it any more, and then its parent, which it held.
void NodeTable::release_locked(NodePtr node)
{
    while (node && node->lookups == 0 && node->pins == 0) {
        unname_locked(*node);
        by_ino_.erase(node->ino, [](const NodePtr&) { return true; });
        numbers_.remove(node->ino);
        strays_ -= node->stray ? 1 : 0;
        note_free_number_locked(*node);
        if (!node->detached && (node->stray || (has_moved_directory_ && has_moved(*node)))) {
            node->parent->state->renumbered = ++renumberings_;  // its name has another number from now on
        }
        node = node->parent;
        if (node) {
            --node->pins;
        }
    }
}

void NodeTable::number_locked(const NodePtr& node)
{
    by_ino_.insert(node->ino, node);
    numbers_.add(node->ino);
}

void NodeTable::name_locked(const NodePtr& node)
{
    const auto hash = hash_of(name_of(*node));
    by_name_.insert(hash, node);
    names_.add(hash);
    node->named = true;
}

void NodeTable::unname_locked(Node& node)
{
    if (std::exchange(node.named, false)) {
        const auto hash = hash_of(name_of(node));
        names_.remove(hash);
        by_name_.erase(hash, [&](const NodePtr& named) { return named.get() == &node; });
    }
}

void NodeTable::detach(Node& node)
{
    const std::lock_guard lock(mutex_);
    unname_locked(node);
    node.detached = true;
}

void NodeTable::move(const NodePtr& node, const NodePtr& parent, Node::Place place, std::string_view segment)
{
    const std::lock_guard lock(mutex_);
    unname_locked(*node);
    const NodePtr old_parent = std::exchange(node->parent, parent);
    ++parent->pins;
    node->place = place;
    node->segment = std::string(segment);
    note_move_locked(node);
    name_locked(node);
    --old_parent->pins;
    release_locked(old_parent);
}

void NodeTable::exchange(const NodePtr& a, const NodePtr& b)
{
    const std::lock_guard lock(mutex_);
    unname_locked(*a);
    unname_locked(*b);
    std::swap(a->parent, b->parent);
    std::swap(a->place, b->place);
    std::swap(a->segment, b->segment);
    note_move_locked(a);
    note_move_locked(b);
    name_locked(a);
    name_locked(b);
}

void NodeTable::note_move_locked(const NodePtr& node)
{
    node->moved = true;
    note_stray_locked(*node);
    if (node->type == Type::directory) {
        has_moved_directory_ = true;
        node->state->moved = ++renumberings_;
    }
}

bool NodeTable::has_moved(const Node& node)
{
    bool moved = false;
    for (const auto* at = &node; at != nullptr && !moved; at = at->parent.get()) {
        moved = at->moved;
    }
    return moved;
}

Ino NodeTable::Numbers::of(const Node& parent, Node::Place place, std::string_view segment, Type type,
                           std::string_view key) const
{
    if (nodes_.all_preferred_locked()) {
        return preferred_number(type, key);
    }
    const auto* found = nodes_.named_locked(parent, place, segment);
    return found != nullptr && (*found)->type == type ? (*found)->ino : nodes_.free_number_locked(parent, type, key);
}

}  // namespace bytestore::fs
