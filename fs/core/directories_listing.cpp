// The listings of open directories.
#include "fs/core/directories.h"

#include "fs/mapping.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace bytestore::fs {
namespace {

// Names that are walked over at once, while others wait who change names, and that a first part has.
constexpr std::size_t kPage = 1024;

// So many names may have gone of those that are looked for one by one.
constexpr std::uint64_t kManyLookups = 1000;

constexpr Ino kNotNumbered = 0;  // nobody's number

}  // namespace

bool Directories::open(const NodePtr& directory) const
{
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->state->listing;
    if (listing.handles++ == 0) {
        listing.told = false;
        if (!listing.is_current() && !listing.knows_changes()) {
            listing.begin_anew();
        }
    }
    const auto numbering = nodes_.numbering(*directory);
    const bool same_numbers = std::exchange(listing.numbering, numbering) == numbering;
    // Who opened it last may have read some names before a change and caught up behind them.
    const auto version = listing.version();
    const bool same_names = std::exchange(listing.opened, version) == version && listing.is_current();
    const bool is_kept = same_names && same_numbers;
    listing.told |= is_kept;  // by the kernel
    return is_kept;
}

void Directories::close(const NodePtr& directory) const
{
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->state->listing;
    if (--listing.handles == 0 && !listing.is_current() && !listing.knows_changes()) {
        listing.begin_anew();
    }
}

// What it has that is not stored below it, and where a walk over that begins.
Listing::Entries Directories::begin_walk(const NodePtr& directory) const
{
    Listing::Entries entries;
    if (directory->detached) {
        return entries;
    }
    // Before the store is listed: one that becomes a record meanwhile is found twice, rather than not at all.
    for (const auto& file : pending_.of(*directory)) {
        entries.all.add(Names::name_of(*file), {.type = Type::file});
    }
    entries.unstored = !entries.all.empty();
    const auto key = names_.key_of(*directory);
    if (const auto value = key ? names_.value_of(*key) : std::nullopt) {
        entries.all.add(kValueName, {.type = type_of(value->entry().kind)});
    }
    entries.after = "";
    return entries;
}

void Directories::walk_on(const NodePtr& directory, Listing::Entries& entries) const
{
    const auto after = std::exchange(entries.after, std::nullopt);
    if (directory->detached) {
        return;
    }
    const auto prefix = names_.prefix_of(*directory);
    const auto page = store_.list_names({.prefix = prefix,
                                         .delimiter = ':',
                                         .after = after->empty() ? std::nullopt : std::optional(prefix + *after),
                                         .limit = kPage});
    if (page.size() == kPage) {
        const auto last = page.size() - 1;
        entries.after = std::string(page[last]) + (page.tag_of(last) ? "" : ":");
    }
    const bool in_root = directory->place == Node::Place::root;
    for (std::size_t i = 0; i < page.size(); ++i) {
        const auto kind = page.tag_of(i);
        if (kind && page[i] == kMarkerSegment) {
            continue;
        }
        (kind ? entries.keys : entries.groups) = true;
        // The keys below a key come behind the end of the page only if its name is how the last one begins.
        const bool is_directory = !kind || (entries.after && entries.after->starts_with(page[i]) &&
                                            names_.is_directory(prefix + std::string(page[i])));
        const auto type = is_directory ? Type::directory : type_of(*kind);
        is_plain(page[i]) ? entries.all.add(page[i], {.type = type, .plain = true})
                          : entries.all.add(name_of_segment(page[i], in_root), {.type = type});
    }
}

void Directories::walk_to_the_end(const NodePtr& directory, Listing::Entries& entries, SharedNames& names) const
{
    while (entries.after) {
        walk_on(directory, entries);
        names.let_others_in();
    }
}

void Directories::first(const NodePtr& directory, SharedNames& names)
{
    if (!are_told_apart(directory) && !catch_up(directory) && !falls_behind(directory)) {
        take(directory, names);
    }
}

// Whether its names are those of now, or so many, and so few of them changed, that who comes to one is told what it is
// now. He may not come to those behind.
bool Directories::are_told_apart(const NodePtr& directory)
{
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->state->listing;
    if (listing.is_current()) {
        return true;
    }
    const bool are = listing.names()->size() > kPage && listing.knows_few_changes();
    if (are) {
        listing.fall_behind();
    }
    return are;
}

// Whether the names that it has do for now, since others may go by them; else they are given up, or taken anew.
bool Directories::falls_behind(const NodePtr& directory)
{
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->state->listing;
    if (has_no_cookies(listing)) {
        listing.begin_anew();
        return false;
    }
    const bool does = listing.changes() < kManyLookups;
    if (does) {
        listing.fall_behind();
    }
    return does;
}

// With what changed since they were taken, if that is known and costs less than to take all names.
bool Directories::catch_up(const NodePtr& directory)
{
    const auto store_version = version_if_stored(directory);
    std::uint64_t version = 0;
    std::vector<std::string> changed;
    {
        const std::lock_guard lock(directory->mutex);
        const auto& listing = directory->state->listing;
        if (directory->detached || !listing.knows_changes()) {
            return false;
        }
        changed = listing.changed_names();
        version = listing.version();
    }
    std::map<std::string, Named, std::less<>> found;
    for (auto& name : changed) {
        const auto now = named(directory, name);
        found.emplace(std::move(name), now);
    }
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->state->listing;
    if (!listing.knows_changes() || listing.version() != version) {
        return false;
    }
    listing.catch_up(std::move(found), version);
    keep_recent_locked(directory, store_version);
    return true;
}

// What has a name now.
Named Directories::named(const NodePtr& directory, std::string_view name) const
{
    const auto spot = names_.spot_of(directory, name);
    const auto target = spot ? names_.at(*spot) : std::nullopt;
    return target
               ? Named{.type = target->type, .plain = spot->place == Node::Place::segment && is_plain(spot->segment())}
               : Named{};
}

// Nobody can come back to one of its names.
bool Directories::has_no_cookies(const Listing& listing)
{
    return listing.names()->empty() || (listing.handles == 1 && !listing.told);
}

// All that there is now, or a first part for a listing without names.
void Directories::take(const NodePtr& directory, SharedNames& names)
{
    const auto store_version = version_if_stored(directory);
    std::uint64_t version = 0;
    bool is_new = false;
    {
        const std::lock_guard lock(directory->mutex);
        version = directory->state->listing.version();
        is_new = directory->state->listing.names()->empty();
    }
    if (is_new && take_recent(directory, version)) {
        return;
    }
    auto entries = begin_walk(directory);
    if (is_new) {
        walk_on(directory, entries);
    } else {
        walk_to_the_end(directory, entries, names);
    }
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->state->listing;
    if (is_new && !listing.names()->empty()) {
        listing.fall_behind();  // somebody else was sooner, perhaps with names of before
        return;
    }
    listing.take(std::move(entries), version);
    if (is_new) {
        keep_recent_locked(directory, store_version);
    }
}

bool Directories::take_recent(const NodePtr& directory, std::uint64_t version)
{
    const auto store_version = version_if_stored(directory);
    const auto names = store_version ? recent_.find(names_.prefix_of(*directory), *store_version) : nullptr;
    const std::lock_guard lock(directory->mutex);
    const bool taken = names && directory->state->listing.names()->empty();
    if (taken) {
        directory->state->listing.take(names, version);
    }
    return taken;
}

// The store's, if all that the directory has is in it.
std::optional<std::uint64_t> Directories::version_if_stored(const NodePtr& directory) const
{
    const auto version = store_.version();
    return directory->detached || pending_.any(*directory) ? std::nullopt : std::optional(version);
}

// If nothing was committed since `store_version`, before the names were taken.
void Directories::keep_recent_locked(const NodePtr& directory, std::optional<std::uint64_t> store_version)
{
    const auto& listing = directory->state->listing;
    const bool is_whole = listing.is_current() && !listing.is_part();
    if (is_whole && version_if_stored(directory) == store_version && store_version) {
        recent_.keep(names_.prefix_of(*directory), listing.names(), *store_version);
    }
}

// At the end of the names: whether there may be more.
bool Directories::go_on(const NodePtr& directory, SharedNames& names)
{
    bool is_part = false;
    {
        const std::lock_guard lock(directory->mutex);
        is_part = directory->state->listing.is_part();
        if (!is_part && !directory->state->listing.is_behind()) {
            return false;
        }
    }
    if (is_part) {
        complete(directory, names);
    } else if (!catch_up(directory)) {
        take(directory, names);
    }
    return true;
}

// With what comes behind a first part.
void Directories::complete(const NodePtr& directory, SharedNames& names)
{
    const auto store_version = version_if_stored(directory);
    Listing::Entries entries;
    std::uint64_t taken = 0;
    {
        const std::lock_guard lock(directory->mutex);
        if (!directory->state->listing.is_part()) {
            return;
        }
        entries = directory->state->listing.part();
        taken = directory->state->listing.taken();
    }
    walk_to_the_end(directory, entries, names);
    const std::lock_guard lock(directory->mutex);
    if (directory->state->listing.is_part() && directory->state->listing.taken() == taken) {
        directory->state->listing.complete(std::move(entries));
        keep_recent_locked(directory, store_version);
    }
}

DirectoryPage Directories::next(const NodePtr& directory, std::uint64_t cookie, std::size_t most, SharedNames& names)
{
    if (cookie < kDots) {
        const auto& node = cookie == 0 || !directory->parent ? directory : directory->parent;
        return {
            .held = nullptr,
            .entries = {
                {.name = cookie == 0 ? "." : "..", .ino = node->ino, .type = Type::directory, .cookie = cookie + 1}}};
    }
    DirectoryPage page;
    while (page.entries.empty()) {
        auto [held, listed] = next_names(directory, cookie, most, names);
        if (listed.empty()) {
            break;
        }
        cookie = listed.back().cookie;
        page = {.held = std::move(held), .entries = numbered(directory, listed)};
    }
    return page;
}

ListedPage Directories::next_names(const NodePtr& directory, std::uint64_t cookie, std::size_t most, SharedNames& names)
{
    auto page = names_behind(directory, cookie, most);
    while (page.names.empty() && go_on(directory, names)) {
        page = names_behind(directory, cookie, most);
    }
    return page;
}

// Without the types of those that something may have changed since.
ListedPage Directories::names_behind(const NodePtr& directory, std::uint64_t cookie, std::size_t most)
{
    ListedPage page;
    page.names.reserve(most);
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->state->listing;
    listing.told = true;
    page.held = listing.names();
    const bool is_known = listing.is_current() || listing.knows_few_changes();
    const auto& listed = *page.held;
    for (auto place = listed.place_from(cookie - kDots); place < listed.size() && page.names.size() < most; ++place) {
        const auto name = listed[place];
        const auto [type, plain] = listed.tag_of(place);
        const bool is_true =
            is_known && std::ranges::find(listing.changed_names(), name) == listing.changed_names().end();
        if (type || !is_true) {
            page.names.push_back({.name = name,
                                  .type = is_true ? type : std::nullopt,
                                  .plain = plain,
                                  .cookie = listed.number_of(place) + kDots + 1});
        }
    }
    return page;
}

std::vector<DirectoryEntry> Directories::numbered(const NodePtr& directory, const std::vector<ListedName>& names) const
{
    std::vector<DirectoryEntry> entries;
    entries.reserve(names.size());
    for (const auto& name : names) {
        if (name.type && name.plain && !directory->detached) {
            entries.push_back({.name = name.name, .ino = kNotNumbered, .type = *name.type, .cookie = name.cookie});
        } else if (const auto entry = entry_of(directory, name)) {
            entries.push_back(*entry);
        }
    }
    number_plain(directory, entries);
    return entries;
}

// Their keys are put together here: their names are the segments.
void Directories::number_plain(const NodePtr& directory, std::span<DirectoryEntry> entries) const
{
    if (directory->detached) {
        return;
    }
    auto key = names_.prefix_of(*directory);
    const auto prefix = key.size();
    const NodeTable::Numbers numbers(nodes_);
    for (auto& entry : entries) {
        if (entry.ino == kNotNumbered) {
            key.resize(prefix);
            key += entry.name;
            entry.ino = numbers.of(*directory, Node::Place::segment, entry.name, entry.type, key);
        }
    }
}

// Without a type it is looked for, if it is still there.
std::optional<DirectoryEntry> Directories::entry_of(const NodePtr& directory, ListedName name) const
{
    const auto spot = names_.spot_of(directory, name.name);
    if (!spot) {
        return std::nullopt;
    }
    if (!name.type) {
        const auto target = names_.at(*spot);
        if (!target) {
            return std::nullopt;
        }
        name.type = target->type;
    }
    const auto ino = NodeTable::Numbers(nodes_).of(*directory, spot->place, spot->segment(), *name.type, spot->key());
    return DirectoryEntry{.name = name.name, .ino = ino, .type = *name.type, .cookie = name.cookie};
}

}  // namespace bytestore::fs
