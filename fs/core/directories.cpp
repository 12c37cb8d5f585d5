#include "fs/core/directories.h"

#include "fs/mapping.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

// The entries of larger directories are not counted at a stat.
constexpr std::size_t kMostCounted = 1000;
constexpr std::uint32_t kNotCounted = 1;

std::uint32_t groups_in(const ListedNames& names)
{
    std::uint32_t groups = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        groups += names.tag_of(i) ? 0 : 1;
    }
    return groups;
}

}  // namespace

Directories::Directories(Store& store, const NodeTable& nodes, const Names& names, const PendingFiles& pending,
                         Owner store_owner, Outdated outdated)
    : store_(store),
      nodes_(nodes),
      names_(names),
      pending_(pending),
      store_owner_(store_owner),
      outdated_(std::move(outdated))
{
}

// A directory without a marker is as old as the first thing in it: a time that stays the same over remounts and
// compactions.
Meta Directories::meta_of(const std::optional<std::string>& key) const
{
    if (const auto marker = store_.find(marker_key(key))) {
        return marker->entry().meta;
    }
    Meta meta;
    const auto first = store_.list({.prefix = child_prefix(key), .delimiter = {}, .after = {}, .limit = 1});
    meta.mtime = first.empty() ? store_.directory_info().mtime : first.front().entry.meta.mtime;
    return meta;
}

Attributes Directories::attributes(const NodePtr& directory) const
{
    auto attributes = described(directory);
    attributes.links = links(directory);
    return attributes;
}

// Two, and one for each subdirectory; or one, as on btrfs, which tools that rely on the count know to mean nothing.
std::uint32_t Directories::links(const NodePtr& directory) const
{
    if (directory->detached) {
        return 0;
    }
    const std::lock_guard lock(directory->mutex);
    auto& links = directory->state->links;
    if (!links) {
        const auto names = store_.list_names({.prefix = child_prefix(names_.key_of(*directory)),
                                              .delimiter = ':',
                                              .after = {},
                                              .limit = kMostCounted + 1});
        links = names.size() > kMostCounted ? kNotCounted : 2 + groups_in(names);
    }
    return *links;
}

// But for the links. A time that is not in memory any more is stored.
Attributes Directories::described(const NodePtr& directory) const
{
    const std::lock_guard lock(directory->mutex);
    directory->state->told = true;
    const auto meta = directory->detached ? Meta{} : meta_of(names_.key_of(*directory));
    auto attributes = attributes_of(Type::directory, meta, store_owner_);
    attributes.ino = directory->ino;
    if (directory->state->mtime) {
        attributes.mtime = *directory->state->mtime;
        attributes.ctime = std::max(attributes.ctime, *directory->state->mtime);
    }
    return attributes;
}

// Its mode and its owners, which only a marker changes.
Attributes Directories::access(const NodePtr& directory) const
{
    const auto marker = directory->detached ? std::nullopt : store_.find(marker_key(names_.key_of(*directory)));
    return attributes_of(Type::directory, marker ? marker->entry().meta : Meta{}, store_owner_);
}

bool Directories::passes_group_on(const NodePtr& directory) const
{
    return (access(directory).mode & S_ISGID) != 0;
}

Owner Directories::owner_in(const NodePtr& directory, Owner owner) const
{
    const auto attributes = access(directory);
    return (attributes.mode & S_ISGID) != 0 ? Owner{.uid = owner.uid, .gid = attributes.gid} : owner;
}

Result<Position> Directories::change(const NodePtr& directory, const AttributeChange& change)
{
    if (directory->detached) {
        return Position{};
    }
    const auto key = names_.key_of(*directory);
    const std::lock_guard lock(directory->mutex);
    Meta meta = meta_of(key);
    if (directory->state->mtime) {
        touch(meta, *directory->state->mtime);
    }
    change_meta(meta, Type::directory, change, store_owner_, now());
    Batch batch;
    batch.set(marker_key(key), "", meta);
    TRY_ASSIGN(const auto position, store_.commit(batch));
    directory->state->mtime.reset();
    return position;
}

void Directories::store_time(const NodePtr& directory) const
{
    const std::lock_guard lock(directory->mutex);
    if (!directory->state->mtime || directory->detached) {
        return;
    }
    const auto key = marker_key(names_.key_of(*directory));
    if (const auto marker = store_.find(key)) {
        auto meta = marker->entry().meta;
        const auto ctime = std::max(meta.ctime.value_or(meta.mtime), *directory->state->mtime);
        touch(meta, *directory->state->mtime);
        touch_ctime(meta, ctime);
        Batch batch;
        batch.set(key, "", meta);
        if (store_.commit(batch)) {  // else it is as old as it was
            directory->state->mtime.reset();
        }
    }
}

void Directories::entry_changed(const Spot& spot, int subdirectories) const
{
    const std::lock_guard lock(spot.directory->mutex);
    auto& state = *spot.directory->state;
    state.mtime = now();
    if (std::exchange(state.told, false)) {
        outdated_(spot.directory->ino);
    }
    state.listing.note_change([&] {
        auto name = Names::name_of(spot);
        return is_alias(name) ? std::nullopt : std::optional(std::move(name));
    });
    if (state.links && *state.links != kNotCounted) {
        *state.links += static_cast<std::uint32_t>(subdirectories);
    }
}

void Directories::some_entry_changed(const Spot& spot) const
{
    entry_changed(spot);
    const std::lock_guard lock(spot.directory->mutex);
    spot.directory->state->links.reset();
}

void Directories::expire_listing(const NodePtr& directory)
{
    const std::lock_guard lock(directory->mutex);
    directory->state->listing.expire();
}

Status Directories::check_empty(const Node* directory, std::string_view key) const
{
    const auto marker = marker_key(key);
    const auto first = store_.list({.prefix = child_prefix(key), .delimiter = {}, .after = {}, .limit = 2});
    const bool only_marker = std::ranges::all_of(first, [&](const ListItem& item) { return item.name == marker; });
    if (!only_marker || names_.value_of(key) || (directory != nullptr && pending_.any(*directory))) {
        return fail(Errc::not_empty, "the directory is not empty");
    }
    return {};
}

void Directories::keep(Batch& batch, const NodePtr& directory, std::string_view gone) const
{
    if (directory->place == Node::Place::root || directory->marked) {
        return;
    }
    const auto key = names_.key_of(*directory);
    ListRequest request{.prefix = child_prefix(key), .delimiter = ':', .after = {}, .limit = 1};
    gone.remove_prefix(request.prefix.size());
    // The first name is that of the marker, if there is one. The entry that goes is at most a key and a group, so the
    // third, if not an earlier one, is something that stays.
    auto names = store_.list_names(request);
    directory->marked = !names.empty() && names[0] == kMarkerSegment && names.tag_of(0);
    if (!names.empty() && names[0] == gone) {
        request.limit = 3;
        names = store_.list_names(request);
    }
    std::size_t going = 0;
    while (going < names.size() && names[going] == gone) {
        ++going;
    }
    auto marker = marker_key(key);
    if (going > 0 && going == names.size() && marker.size() <= kMaxKeyBytes) {
        batch.set(std::move(marker), "", meta_of(key));
    }
}

}  // namespace bytestore::fs
