// The listings of open directories.
#include "fs/core/directories.h"

#include "fs/mapping.h"

#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::size_t kPage = 4096;

// So many names that went are kept for their cookies, and four times as many as there are names.
constexpr std::size_t kManyGone = 1000;

constexpr Ino kNotNumbered = 0;  // nobody's number

}  // namespace

bool Directories::open(const NodePtr& directory) const
{
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->listing;
    if (listing.handles++ == 0 && !listing.is_current()) {
        listing.begin_anew();
    }
    return listing.is_current();
}

void Directories::close(const NodePtr& directory) const
{
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->listing;
    if (--listing.handles == 0 && !listing.is_current()) {
        listing.begin_anew();
    }
}

// A name may stand twice: a key with keys below it is a directory, which shows its value inside.
Listing::Entries Directories::entries_of(const NodePtr& directory) const
{
    Listing::Entries entries;
    if (directory->detached) {
        return entries;
    }
    const auto key = names_.key_of(*directory);
    // Before the store is listed: one that becomes a record meanwhile is found twice, rather than not at all.
    for (const auto& file : pending_.of(*directory)) {
        entries.all.add(Names::name_of(*file), {.type = Type::file});
    }
    entries.distinct = entries.all.empty();
    if (const auto value = key ? names_.value_of(*key) : std::nullopt) {
        entries.all.add(kValueName, {.type = type_of(value->entry().kind)});
    }
    add_stored(entries, child_prefix(key), directory->place == Node::Place::root);
    return entries;
}

void Directories::add_stored(Listing::Entries& entries, const std::string& prefix, bool in_root) const
{
    std::size_t groups = 0;
    std::size_t all = 0;
    ListRequest request{.prefix = prefix, .delimiter = ':', .after = {}, .limit = kPage};
    for (bool more = true; more;) {
        const auto page = store_.list_names(request);
        for (std::size_t i = 0; i < page.size(); ++i) {
            const auto kind = page.said_of(i);
            if (kind && page[i] == kMarkerSegment) {
                continue;
            }
            ++all;
            groups += kind ? 0 : 1;
            const auto type = kind ? type_of(*kind) : Type::directory;
            is_plain(page[i]) ? entries.all.add(page[i], {.type = type, .plain = true})
                              : entries.all.add(name_of_segment(page[i], in_root), {.type = type});
        }
        more = page.size() == kPage;
        if (more) {
            const auto last = page.size() - 1;
            request.after = prefix + std::string(page[last]) + (page.said_of(last) ? "" : ":");
        }
    }
    entries.distinct &= groups == 0 || groups == all;
}

void Directories::first(const NodePtr& directory, const std::optional<Moment>& moment)
{
    std::uint64_t version = 0;
    {
        const std::lock_guard lock(directory->mutex);
        if (directory->listing.is_current()) {
            return;
        }
        version = directory->listing.version();
    }
    const auto prefix = moment && !directory->detached ? std::optional(names_.prefix_of(*directory)) : std::nullopt;
    if (prefix && take_recent(directory, *prefix, *moment, version)) {
        return;
    }
    auto entries = entries_of(directory);
    const std::lock_guard lock(directory->mutex);
    auto& listing = directory->listing;
    const bool is_new = listing.names()->empty();
    take_locked(listing, std::move(entries), version);
    if (is_new && prefix && store_.version() == moment->store_version) {
        recent_.keep(*prefix, listing.names(), *moment);
    }
}

bool Directories::take_recent(const NodePtr& directory, const std::string& prefix, const Moment& moment,
                              std::uint64_t version)
{
    const auto names = recent_.find(prefix, moment);
    const std::lock_guard lock(directory->mutex);
    if (!names || !directory->listing.names()->empty()) {
        return false;
    }
    directory->listing.take(names, version);
    return true;
}

void Directories::take_locked(Listing& listing, Listing::Entries entries, std::uint64_t version)
{
    // Whoever begins at the start, alone, could only seek a cookie of his own from before.
    if (listing.handles == 1 && listing.names()->size() > 4 * entries.all.size() + kManyGone) {
        listing.begin_anew();
    }
    listing.take(std::move(entries), version);
}

DirectoryPage Directories::next(const NodePtr& directory, std::uint64_t cookie, std::size_t most) const
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
        auto [held, names] = next_names(directory, cookie, most);
        if (names.empty()) {
            break;
        }
        cookie = names.back().cookie;
        page = {.held = std::move(held), .entries = numbered(directory, names)};
    }
    return page;
}

ListedPage Directories::next_names(const NodePtr& directory, std::uint64_t cookie, std::size_t most)
{
    bool current = false;
    ListedPage page;
    {
        const std::lock_guard lock(directory->mutex);
        page.held = directory->listing.names();
        current = directory->listing.is_current();
    }
    page.names.reserve(most);
    const auto& listed = *page.held;
    for (auto place = static_cast<std::size_t>(cookie - kDots); place < listed.size() && page.names.size() < most;
         ++place) {
        const auto [type, plain] = listed.said_of(place);
        if (type || !current) {
            page.names.push_back({.name = listed[place],
                                  .type = current ? type : std::nullopt,
                                  .plain = plain,
                                  .cookie = place + kDots + 1});
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
    const auto ino = NodeTable::Numbers(nodes_).of(*directory, spot->place, spot->segment, *name.type, spot->key);
    return DirectoryEntry{.name = name.name, .ino = ino, .type = *name.type, .cookie = name.cookie};
}

}  // namespace bytestore::fs
