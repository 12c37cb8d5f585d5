#include "fs/core/outside_change.h"

#include "fs/core/directories.h"
#include "fs/mapping.h"

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

bool same_record(const std::optional<ValueRef>& a, const std::optional<ValueRef>& b)
{
    return a && b ? a->id() == b->id() : a.has_value() == b.has_value();
}

bool is_removal(const Batch::Operation& operation)
{
    return operation.type == Batch::Operation::Type::remove;
}

}  // namespace

OutsideChange::OutsideChange(Store& store, NodeTable& nodes, const Names& names, Files& files,
                             const Directories& directories, PendingFiles& pending)
    : store_(store), nodes_(nodes), names_(names), files_(files), directories_(directories), pending_(pending)
{
}

Result<Position> OutsideChange::run(const Batch& batch, const Invalidations& invalidations)
{
    for (const auto& operation : batch.operations()) {
        note(operation.key);
    }
    TRY_ASSIGN(auto position, store_.commit(batch));
    if (std::ranges::any_of(batch.operations(), is_removal)) {
        position = std::max(position, record_what_is_left());
    }
    for (const auto& [key, before] : before_) {
        mend(before);
    }
    for (const auto& [parent, name] : entries_) {
        invalidations.entry(parent, name);
    }
    for (const auto ino : contents_) {
        invalidations.content(ino);
    }
    for (const auto& file : followed_) {
        invalidations.answer(file->parent->ino, Names::name_of(*file));
    }
    return position;
}

// Every name on the way, as far as the kernel knows the directories: their times follow from what is in them, too.
void OutsideChange::note(std::string_view key)
{
    auto directory = nodes_.root();
    for (std::size_t begin = 0;;) {
        const auto end = std::min(key.find(':', begin), key.size());
        const auto segment = key.substr(begin, end - begin);
        const bool last = end == key.size();
        contents_.insert(directory->ino);
        if (last && segment == kMarkerSegment) {
            directory->marked = false;
            return;
        }
        auto& before = note_spot(directory, segment, key.substr(0, end));
        before.named = before.named || last;
        if (last || !before.node || before.node->type != Type::directory) {
            return;
        }
        directory = before.node;
        begin = end + 1;
    }
}

OutsideChange::Before& OutsideChange::note_spot(const NodePtr& directory, std::string_view segment,
                                                std::string_view key)
{
    if (const auto known = before_.find(key); known != before_.end()) {
        return known->second;
    }
    Before before{.spot = {.directory = directory,
                           .place = Node::Place::segment,
                           .prefix = child_prefix(key),
                           .segment_size = segment.size()},
                  .node = nodes_.find(*directory, Node::Place::segment, segment),
                  .type = {},
                  .value = names_.value_of(key)};
    if (before.node) {
        before.type = before.node->type;
    } else if (const auto target = names_.at(before.spot)) {
        before.type = target->type;
    }
    return before_.emplace(key, std::move(before)).first->second;
}

// New files that are all that is left of a directory become records: nothing but keys makes a directory. Whoever writes
// one that fails hears of it when he closes it.
Position OutsideChange::record_what_is_left()
{
    Position last;
    for (const auto& file : pending_.all()) {
        const auto directory = names_.key_of(*file->parent);
        const auto done = directory && !names_.is_directory(*directory) ? files_.commit(file) : Position{};
        last = done ? std::max(last, *done) : last;
    }
    return last;
}

std::optional<Type> OutsideChange::type_after(const Before& before) const
{
    if (names_.is_directory(before.spot.key())) {
        return Type::directory;
    }
    if (const auto value = names_.value_of(before.spot.key())) {
        return type_of(value->entry().kind);
    }
    const auto target = names_.at(before.spot);  // a new file
    return target ? std::optional(target->type) : std::nullopt;
}

void OutsideChange::mend(const Before& before)
{
    const auto type = type_after(before);
    if (type == before.type) {
        if (type == Type::directory) {
            mend_value(before);
        } else if (type) {
            follow(before.node, before);
        }
        return;
    }
    entry_changed(before.spot);
    if (before.node && before.node->type == Type::directory) {
        leave_directory(before, type);
    } else if (type == Type::directory) {
        become_directory(before);
    } else {
        vanish(before.node, before);
    }
}

// What was a directory and still is one: only its %value can have changed.
void OutsideChange::mend_value(const Before& before)
{
    if (!before.named || !before.node) {
        return;
    }
    const auto now = names_.value_of(before.spot.key());
    const auto file = nodes_.find(*before.node, Node::Place::value, {});
    if (before.value.has_value() != now.has_value() ||
        (now && type_of(now->entry().kind) != type_of(before.value->entry().kind))) {
        entry_changed({.directory = before.node, .place = Node::Place::value, .prefix = {}, .segment_size = 0});
    }
    if (file && (now ? type_of(now->entry().kind) == file->type : !before.value)) {
        follow(file, before);
    } else {
        vanish(file, before);
    }
}

void OutsideChange::become_directory(const Before& before)
{
    const auto& spot = before.spot;
    if (!before.node) {
        return;
    }
    const auto value = names_.value_of(spot.key());
    const bool is_new = pending_.find(*spot.directory, spot.place, spot.segment()) == before.node;
    if (value ? type_of(value->entry().kind) != before.node->type : !is_new) {
        vanish(before.node, before);
        return;
    }
    const auto file = before.node;
    if (is_new) {
        pending_.remove(*file);
    }
    const auto node = nodes_.look_up(spot.directory, spot.place, spot.segment(), Type::directory, spot.key());
    nodes_.move(file, node, Node::Place::value, {});
    nodes_.forget(node, 1);  // the kernel does not know it yet; its %value holds it
    if (is_new) {
        pending_.add(file);
    }
    follow(file, before);
}

void OutsideChange::leave_directory(const Before& before, std::optional<Type> type)
{
    const auto file = nodes_.find(*before.node, Node::Place::value, {});
    nodes_.detach(*before.node);
    contents_.insert(before.node->ino);
    if (file && file->type == type) {
        nodes_.move(file, before.spot.directory, before.spot.place, before.spot.segment());
        follow(file, before);
    } else {
        vanish(file, before);
    }
}

// The file has its key still.
void OutsideChange::follow(const NodePtr& file, const Before& before)
{
    const auto now = names_.value_of(before.spot.key());
    if (file && before.named && !same_record(before.value, now)) {
        if (files_.replaced(file)) {
            stale_.push_back(file);
        }
        contents_.insert(file->ino);
        followed_.insert(file);
        note_size(file, before.value ? before.value->entry().size : 0, now ? now->entry().size : 0);
    }
}

void OutsideChange::note_size(const NodePtr& file, std::uint64_t before, std::uint64_t now)
{
    file->cut = file->cut || now < before;
    if (file->type == Type::file && now != before) {
        (now > before ? grown_ : cut_).add(file);
    }
}

void OutsideChange::vanish(const NodePtr& file, const Before& before)
{
    if (file) {
        files_.orphan(file, before.value);
        contents_.insert(file->ino);
    }
}

// In a directory that vanished as a whole the kernel forgets the names by itself.
void OutsideChange::entry_changed(const Spot& spot)
{
    if (!spot.directory->detached) {
        directories_.some_entry_changed(spot);
        entries_.emplace(spot.directory->ino, Names::name_of(spot));
    }
}

}  // namespace bytestore::fs
