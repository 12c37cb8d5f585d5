#include "fs/core/rename.h"

#include "fs/mapping.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::size_t kItemsAPage = 4096;

bool is_below(std::string_view key, std::string_view directory)
{
    return key.starts_with(child_prefix(directory));
}

}  // namespace

Rename::Rename(Store& store, NodeTable& nodes, const Names& names, Files& files, const Directories& directories)
    : store_(store), nodes_(nodes), names_(names), files_(files), directories_(directories)
{
}

Result<Position> Rename::run(const NodePtr& parent, std::string_view name, const NodePtr& new_parent,
                             std::string_view new_name, RenameMode mode)
{
    TRY_ASSIGN(from_, names_.resolve(parent, name));
    const bool has_segment = from_.spot.place == Node::Place::segment;
    TRY_ASSIGN(to_,
               names_.place_for(new_parent, new_name,
                                has_segment ? std::optional<std::string_view>(from_.spot.segment()) : std::nullopt));
    replaced_ = names_.at(to_);
    if (replaced_ && from_.spot.key() == to_.key() && from_.spot.place == to_.place) {
        return mode == RenameMode::no_replace ? Result<Position>(fail(Errc::exists, "the name is taken"))
                                              : Result<Position>(Position{});
    }
    TRY(check(mode));
    TRY(check_reserved(mode));
    TRY(plan(mode));
    TRY_ASSIGN(const auto position, store_.commit(batch_));
    move_nodes(mode);
    entry_changed(from_.spot);
    entry_changed(to_);
    return position;
}

void Rename::entry_changed(const Spot& spot) const
{
    const bool of_directories = from_.type == Type::directory || (replaced_ && replaced_->type == Type::directory);
    of_directories ? directories_.some_entry_changed(spot) : directories_.entry_changed(spot);
}

Status Rename::check(RenameMode mode) const
{
    if (mode == RenameMode::no_replace && replaced_) {
        return fail(Errc::exists, "the name is taken");
    }
    if (mode == RenameMode::exchange) {
        if (!replaced_) {
            return fail(Errc::not_found, "there is nothing to exchange with");
        }
        if (replaced_->type == Type::directory && is_below(from_.spot.key(), to_.key())) {
            return fail(Errc::invalid, "a directory cannot change places with something inside it");
        }
        if (replaced_->type == Type::directory && from_.spot.place == Node::Place::value) {
            return fail(Errc::invalid, "a directory cannot be a %value");
        }
    } else if (replaced_ && replaced_->type == Type::directory && from_.type != Type::directory) {
        return fail(Errc::is_directory, "a directory is in the way");
    }
    return from_.type == Type::directory ? check_directory(mode) : Status{};
}

// Keys of the reserved form are moved where they are, but none is made.
Status Rename::check_reserved(RenameMode mode) const
{
    const bool from = has_reserved_segment(from_.spot.key());
    const bool to = has_reserved_segment(to_.key());
    if ((to && !from) || (mode == RenameMode::exchange && from != to)) {
        return fail(Errc::invalid, "a key of this form cannot be made");
    }
    return {};
}

Status Rename::check_directory(RenameMode mode) const
{
    if (to_.place == Node::Place::value || is_below(to_.key(), from_.spot.key())) {
        return fail(Errc::invalid, "a directory cannot be moved there");
    }
    if (mode == RenameMode::exchange || !replaced_) {
        return {};
    }
    if (replaced_->type != Type::directory) {
        return fail(Errc::not_directory, "a file is in the way");
    }
    const auto node = replaced_->node_in(nodes_);
    return directories_.check_empty(node.get(), to_.key());
}

Status Rename::plan(RenameMode mode)
{
    TRY(move_target(from_, to_));
    if (mode == RenameMode::exchange) {
        TRY(move_target(*replaced_, from_.spot));
    }
    remove_sources(mode);
    return {};
}

Status Rename::move_target(const Target& from, const Spot& to)
{
    return from.type == Type::directory ? move_directory(from.spot, to) : move_file(from, std::string(to.key()));
}

Status Rename::move_directory(const Spot& from, const Spot& to)
{
    TRY(files_.follow(from.key(), to.key()));
    if (const auto value = names_.value_of(from.key())) {
        move_stored(std::string(from.key()), std::string(to.key()), value->entry().meta);
    }
    const auto marker = marker_key(from.key());
    ListRequest request{.prefix = from.prefix, .delimiter = {}, .after = {}, .limit = kItemsAPage};
    for (auto page = store_.list(request); !page.empty(); page = store_.list(request)) {
        for (const auto& item : page) {
            auto meta = item.entry.meta;
            if (item.name == marker) {
                touch_ctime(meta, time_);
            }
            move_stored(item.name, to.prefix + item.name.substr(from.prefix.size()), meta);
        }
        request.after = page.back().name;
    }
    return {};
}

// A buffer that is no record yet is committed under the new name.
Status Rename::move_file(const Target& from, std::string to)
{
    if (const auto node = from.node_in(nodes_)) {
        TRY_ASSIGN(const bool added, files_.add_to(batch_, node, to, time_));
        if (added) {
            destinations_.push_back(std::move(to));
            if (from.value) {
                sources_.emplace_back(from.spot.key());
            }
            return {};
        }
    }
    auto meta = from.value->entry().meta;
    touch_ctime(meta, time_);
    move_stored(std::string(from.spot.key()), std::move(to), meta);
    return {};
}

void Rename::move_stored(std::string from, std::string to, const Meta& meta)
{
    batch_.copy(from, to, meta);
    sources_.push_back(std::move(from));
    destinations_.push_back(std::move(to));
}

// Deletes come behind all Sets, so that what reads only a part of the batch finds a copy rather than nothing.
void Rename::remove_sources(RenameMode mode)
{
    std::ranges::sort(destinations_);
    const auto is_taken = [this](std::string_view key) { return std::ranges::binary_search(destinations_, key); };
    for (auto& key : sources_) {
        if (!is_taken(key)) {
            batch_.remove(std::move(key));
        }
    }
    if (mode == RenameMode::exchange) {
        return;
    }
    if (replaced_ && replaced_->type == Type::directory && !is_taken(marker_key(to_.key()))) {
        batch_.remove(marker_key(to_.key()));
    }
    const bool leaves = from_.spot.directory != to_.directory || to_.place == Node::Place::value;
    if (from_.spot.place == Node::Place::segment && leaves && !from_.pending) {
        directories_.keep(batch_, from_.spot.directory, from_.spot.key());
    }
}

void Rename::move_nodes(RenameMode mode)
{
    const auto node = from_.node_in(nodes_);
    const auto other = replaced_ ? replaced_->node_in(nodes_) : nullptr;
    if (node && from_.type != Type::directory) {
        files_.committed(node, time_);
    }
    if (mode == RenameMode::exchange) {
        if (other && replaced_->type != Type::directory) {
            files_.committed(other, time_);
        }
        if (node && other) {
            nodes_.exchange(node, other);
        } else if (node) {
            nodes_.move(node, to_.directory, to_.place, to_.segment());
        } else if (other) {
            nodes_.move(other, from_.spot.directory, from_.spot.place, from_.spot.segment());
        }
    } else {
        if (other && replaced_->type == Type::directory) {
            nodes_.detach(*other);
        } else if (other) {
            files_.orphan(other, replaced_->value);
        }
        if (node) {
            nodes_.move(node, to_.directory, to_.place, to_.segment());
        }
    }
    for (const auto& moved : {node, other}) {
        if (moved && moved->type == Type::directory) {
            Directories::expire_listing(moved);  // which has a number for ".."
        }
    }
}

}  // namespace bytestore::fs
