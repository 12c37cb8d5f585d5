// The operations on open directories.
#include "fs/core/filesystem.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace bytestore::fs {
namespace {

// Of a directory's entries. Those that whoever reads has no more room for were looked for in vain.
constexpr std::size_t kListedAtOnce = 32;

}  // namespace

Result<std::unique_ptr<Handle>> Filesystem::open_directory(Ino ino)
{
    const std::shared_lock names(names_lock_);
    TRY_ASSIGN(const auto found, directory(ino));
    auto handle = std::make_unique<Handle>();
    handle->node = found;
    handle->listing = std::make_shared<ListingAhead>(found);
    nodes_.pin(*found);
    handle->listing_kept = directories_.open(found);
    return handle;
}

void Filesystem::list(const Handle& handle, std::uint64_t cookie,
                      const std::function<bool(const DirectoryEntry&)>& take)
{
    for (bool more = true; more;) {
        SharedNames names(names_lock_);
        const auto page = next_entries(handle.node, cookie, kListedAtOnce, names);
        more = !page.entries.empty() && std::ranges::all_of(page.entries, take);
        cookie = more ? page.entries.back().cookie : cookie;
    }
}

DirectoryPage Filesystem::next_entries(const NodePtr& directory, std::uint64_t cookie, std::size_t most,
                                       SharedNames& names)
{
    if (directory->place == Node::Place::control) {
        const auto entry = next_control_entry(*directory, cookie);
        return {.held = nullptr, .entries = entry ? std::vector{*entry} : std::vector<DirectoryEntry>{}};
    }
    if (cookie == 0) {
        directories_.first(directory, names);
    }
    return directories_.next(directory, cookie, most, names);
}

void Filesystem::list_known(const Handle& handle, std::uint64_t cookie,
                            const std::function<bool(const KnownEntry&)>& take)
{
    auto& listing = *handle.listing;
    const std::lock_guard lock(listing.mutex);
    if (listing.cookie != cookie || !is_fresh(listing)) {
        discard(listing);
        listing.cookie = listing.found_to = cookie;
    }
    std::size_t taken = 0;
    const auto hand_out = [&] {
        for (; !listing.entries.empty() && take(listing.entries.front()); ++taken) {
            listing.cookie = listing.entries.front().cookie;
            listing.entries.pop_front();
        }
        return listing.entries.empty();
    };
    bool all_taken = hand_out();
    while (all_taken && find_more(listing)) {
        all_taken = hand_out();
    }
    if (!all_taken) {
        listing.wanted = taken;
        // The kernel begins every listing with attributes, and goes on so if somebody looks at them.
        cookie == 0 ? discard(listing) : go_ahead(handle.listing);
    }
}

// While files are written to, none.
std::optional<Moment> Filesystem::moment() const
{
    const auto version = store_.version();
    const auto made = files_.contents_made();
    return made ? std::optional(Moment{.store_version = version, .contents_made = *made}) : std::nullopt;
}

bool Filesystem::is_fresh(const ListingAhead& listing) const
{
    return listing.entries.empty() || (listing.moment && listing.moment == moment());
}

// A page; whether more may follow.
bool Filesystem::find_more(ListingAhead& listing)
{
    SharedNames names(names_lock_);
    const auto& directory = listing.directory;
    const bool in_control = directory->place == Node::Place::control;
    if (listing.entries.empty()) {
        listing.moment = in_control ? std::nullopt : moment();
    }
    const auto cookie = listing.found_to;
    if (cookie >= Directories::kDots && !in_control) {
        return find_known(directory, cookie, listing, names);
    }
    auto entry = next_dots_or_control_entry(directory, cookie, names);
    if (entry) {
        listing.found_to = entry->cookie;
        listing.entries.push_back(std::move(*entry));
    }
    return entry.has_value();
}

bool Filesystem::find_known(const NodePtr& directory, std::uint64_t cookie, ListingAhead& listing, SharedNames& names)
{
    const auto [held, listed] = directories_.next_names(directory, cookie, kListedAtOnce, names);
    const auto targets = names_.resolve_each(directory, listed);
    for (std::size_t i = 0; i < listed.size(); ++i) {
        listing.found_to = listed[i].cookie;
        const auto attributes = targets[i] ? known(node_at(*targets[i]), &*targets[i]) : Result<Attributes>();
        if (targets[i] && attributes) {
            listing.entries.push_back(
                {.name = std::string(listed[i].name), .cookie = listed[i].cookie, .attributes = *attributes});
        }
    }
    return !listed.empty();
}

// What nobody got nobody will forget. The time of a directory becomes a record only when the kernel forgets it.
void Filesystem::discard(ListingAhead& listing)
{
    for (const auto& entry : listing.entries) {
        const auto found = entry.looked_up ? nodes_.find(entry.attributes.ino) : nullptr;
        if (found) {
            forget(found, 1);
        }
    }
    listing.entries.clear();
    listing.found_to = listing.cookie;
}

// If whoever lists can come back for what is left. The thread begins when the caller has let go.
void Filesystem::go_ahead(const std::shared_ptr<ListingAhead>& listing)
{
    if (!listing->moment || !needs_handles()) {
        discard(*listing);
        return;
    }
    const std::lock_guard lock(next_mutex_);
    next_listing_ = listing;
    ahead_.notice();
}

void Filesystem::list_ahead()
{
    std::shared_ptr<ListingAhead> listing;
    {
        const std::lock_guard lock(next_mutex_);
        listing = std::exchange(next_listing_, nullptr);
    }
    if (!listing) {
        return;
    }
    const std::lock_guard lock(listing->mutex);
    if (!listing->directory || listing->entries.empty()) {
        return;
    }
    if (!is_fresh(*listing)) {
        discard(*listing);
        return;
    }
    while (listing->entries.size() < listing->wanted && find_more(*listing)) {
    }
}

std::optional<KnownEntry> Filesystem::next_dots_or_control_entry(const NodePtr& directory, std::uint64_t cookie,
                                                                 SharedNames& names)
{
    const auto page = next_entries(directory, cookie, 1, names);
    if (page.entries.empty()) {
        return std::nullopt;
    }
    const auto& entry = page.entries.front();
    Result<Attributes> attributes = Attributes{};
    if (cookie < Directories::kDots) {
        attributes->ino = entry.ino;
        attributes->type = entry.type;
    } else {
        attributes = lookup_control(directory, entry.name);
    }
    return attributes ? std::optional(KnownEntry{.name = std::string(entry.name),
                                                 .cookie = entry.cookie,
                                                 .attributes = *attributes,
                                                 .looked_up = cookie >= Directories::kDots})
                      : std::nullopt;
}

void Filesystem::release_directory(std::unique_ptr<Handle> handle)
{
    {
        const std::lock_guard lock(handle->listing->mutex);
        discard(*handle->listing);
        handle->listing->directory = nullptr;
    }
    directories_.close(handle->node);
    nodes_.unpin(handle->node);
}

}  // namespace bytestore::fs
