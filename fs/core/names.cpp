#include "fs/core/names.h"

#include "fs/mapping.h"

#include <fmt/format.h>

#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::size_t kAliasPage = 64;

// The prefix of all keys below a node, or below what has that segment in it: the key and a ':'. Of the root the segment
// is the key.
std::string prefix_of(const Node& node, std::optional<std::string_view> below)
{
    // No recursion: keys, and so paths, may have thousands of segments.
    const auto for_each_segment = [&](const auto& use) {
        if (below) {
            use(*below);
        }
        for (const auto* at = &node; at->place != Node::Place::root; at = at->parent.get()) {
            if (at->place != Node::Place::value) {
                use(std::string_view(at->segment));
            }
        }
    };
    std::size_t size = 0;
    for_each_segment([&size](std::string_view segment) { size += segment.size() + 1; });
    std::string prefix(size, ':');
    for_each_segment([&](std::string_view segment) {
        size -= segment.size() + 1;
        segment.copy(prefix.data() + size, segment.size());
    });
    return prefix;
}

Spot spot_in(const NodePtr& directory, std::string_view segment)
{
    return {.directory = directory,
            .place = Node::Place::segment,
            .prefix = prefix_of(*directory, segment),
            .segment_size = segment.size()};
}

Spot value_spot_in(const NodePtr& directory)
{
    return {.directory = directory,
            .place = Node::Place::value,
            .prefix = prefix_of(*directory, std::nullopt),
            .segment_size = 0};
}

std::string name_of(const Node& directory, Node::Place place, std::string_view segment)
{
    return place == Node::Place::value ? std::string(kValueName)
                                       : name_of_segment(segment, directory.place == Node::Place::root);
}

// Said of many names, and hardly ever read: not worth the making of a text.
std::unexpected<Error> nothing_there()
{
    return std::unexpected(Error{.code = Errc::not_found, .message = "no such file"});
}

}  // namespace

NodePtr Target::node_in(const NodeTable& nodes) const
{
    return pending ? pending : nodes.find(*spot.directory, spot.place, spot.segment());
}

Names::Names(const Store& store, const PendingFiles& pending)
    : store_(store), pending_(pending)
{
}

std::optional<std::string> Names::key_of(const Node& node) const
{
    if (node.place == Node::Place::root) {
        return std::nullopt;
    }
    auto key = bytestore::fs::prefix_of(node, std::nullopt);
    key.pop_back();
    return key;
}

Spot Names::spot_of(const Node& node)
{
    return node.place == Node::Place::value ? value_spot_in(node.parent) : spot_in(node.parent, node.segment);
}

std::string Names::name_of(const Node& node)
{
    return bytestore::fs::name_of(*node.parent, node.place, node.segment);
}

std::string Names::name_of(const Spot& spot)
{
    return bytestore::fs::name_of(*spot.directory, spot.place, spot.segment());
}

std::string Names::path_of(const Node& node)
{
    std::string path;
    for (const auto* at = &node; at->place != Node::Place::root; at = at->parent.get()) {
        path.insert(0, path.empty() ? name_of(*at) : name_of(*at) + '/');
    }
    return (path.empty() ? "." : path) + (node.detached ? " (removed)" : "");
}

std::string Names::prefix_of(const Node& directory) const
{
    return bytestore::fs::prefix_of(directory, std::nullopt);
}

bool Names::is_directory(std::string_view key) const
{
    return store_.any(child_prefix(key));
}

std::optional<ValueRef> Names::value_of(std::string_view key) const
{
    return is_marker(key) ? std::nullopt : store_.find(key);
}

std::optional<std::string> Names::resolve_alias(const std::string& prefix, std::string_view head,
                                                std::string_view alias) const
{
    const auto from = prefix + std::string(head);
    ListRequest request{.prefix = from, .delimiter = ':', .after = {}, .limit = kAliasPage};
    for (auto page = store_.list(request); !page.empty(); page = store_.list(request)) {
        for (const auto& item : page) {
            auto segment = item.name.substr(prefix.size());
            if (item.group) {
                segment.pop_back();
            }
            if (alias_names(alias, segment, prefix.empty())) {
                return segment;
            }
        }
        request.after = page.back().name;
    }
    return std::nullopt;
}

Result<Spot> Names::spot_of(const NodePtr& directory, std::string_view name) const
{
    if (directory->detached) {
        return nothing_there();
    }
    if (is_plain(name)) {
        return spot_in(directory, name);
    }
    auto parsed = parse_name(name, directory->place == Node::Place::root);
    if (!parsed) {
        return parsed.error().code == Errc::name_too_long ? forward(parsed) : nothing_there();
    }
    switch (parsed->type) {
        case ParsedName::Type::control:
            return nothing_there();
        case ParsedName::Type::value:
            return value_spot_in(directory);
        case ParsedName::Type::segment:
            return spot_in(directory, parsed->segment);
        case ParsedName::Type::alias:
            break;
    }
    const auto segment = resolve_alias(prefix_of(*directory), parsed->segment, name);
    return segment ? Result<Spot>(spot_in(directory, *segment)) : nothing_there();
}

Result<Target> Names::resolve(const NodePtr& directory, std::string_view name, std::optional<Type> listed) const
{
    TRY_ASSIGN(auto&& spot, spot_of(directory, name));
    Result<Target> target(std::in_place);
    if (!look(spot, listed, *target)) {
        return nothing_there();
    }
    target->spot = std::move(spot);
    return target;
}

// Most are files with plain names, whose keys follow one another.
std::vector<std::optional<Target>> Names::resolve_each(const NodePtr& directory,
                                                       std::span<const ListedName> listed) const
{
    std::vector<std::optional<Target>> targets(listed.size());
    std::vector<std::size_t> stored;  // places
    std::vector<std::string> keys;    // of these
    const auto version = store_.version();
    const bool only_stored = !directory->detached && !pending_.any(*directory);
    const auto prefix = only_stored ? prefix_of(*directory) : "";
    for (std::size_t place = 0; place < listed.size(); ++place) {
        const auto& [name, type, plain, cookie] = listed[place];
        if (only_stored && type && type != Type::directory && plain) {
            stored.push_back(place);
            keys.emplace_back().reserve(prefix.size() + name.size());
            keys.back().append(prefix).append(name);
        } else if (auto target = resolve(directory, name, type)) {
            targets[place] = std::move(*target);
        }
    }
    auto values = store_.find_each(std::move(keys));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (auto& value = values[i]) {
            auto& target = targets[stored[i]].emplace();
            target.spot = {directory, Node::Place::segment, child_prefix(value->key()), listed[stored[i]].name.size()};
            target.type = type_of(value->entry().kind);
            target.version = version;
            target.value = std::move(value);
        }
    }
    return targets;
}

Result<Spot> Names::place_for(const NodePtr& directory, std::string_view name,
                              std::optional<std::string_view> moved) const
{
    if (directory->detached) {
        return fail(Errc::not_found, "the directory was removed");
    }
    if (is_plain(name)) {
        return spot_in(directory, name);
    }
    TRY_ASSIGN(const auto& parsed, parse_name(name, directory->place == Node::Place::root));
    switch (parsed.type) {
        case ParsedName::Type::control:
            return fail(Errc::not_permitted, ".control is the mount's own");
        case ParsedName::Type::value:
            return value_spot_in(directory);
        case ParsedName::Type::segment:
            return spot_in(directory, parsed.segment);
        case ParsedName::Type::alias:
            break;
    }
    if (const auto known = resolve_alias(prefix_of(*directory), parsed.segment, name)) {
        return spot_in(directory, *known);
    }
    if (moved && alias_names(name, *moved, directory->place == Node::Place::root)) {
        return spot_in(directory, *moved);
    }
    return fail(Errc::invalid, fmt::format("{} is the alias of no key, and cannot be made", name));
}

std::optional<Target> Names::at(const Spot& spot) const
{
    std::optional<Target> target(std::in_place);
    if (!look(spot, std::nullopt, *target)) {
        return std::nullopt;
    }
    target->spot = spot;
    return target;
}

// Whether something is at a place, and what; all of `target` but the place.
bool Names::look(const Spot& spot, std::optional<Type> listed, Target& target) const
{
    target.version = store_.version();
    if (auto node = pending_.find(*spot.directory, spot.place, spot.segment())) {
        target.pending = std::move(node);
        return true;
    }
    const bool may_be_directory =
        spot.place == Node::Place::segment && listed.value_or(Type::directory) == Type::directory;
    auto [below, value] = may_be_directory ? store_.presence(spot.prefix)
                                           : Store::Presence{.below = false, .value = store_.find(spot.key())};
    if (below) {
        target.type = Type::directory;
    } else if (value && !is_marker(spot.key())) {
        target.type = type_of(value->entry().kind);
        target.value = std::move(value);
    } else {
        return false;
    }
    return true;
}

}  // namespace bytestore::fs
