// The listing of an object store over any cursor that has valid(), key(), entry(), next() and seek(key). A group costs
// one seek.
#pragma once

#include "engine/types.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

// The lowest string above every string that starts with `prefix`; none if there is no such string.
std::optional<std::string> behind_prefix(std::string_view prefix);

// The group that folds `key`; none if the key is listed itself. The delimiter is looked for behind the prefix's length.
std::optional<std::string_view> group_of(std::string_view key, const ListRequest& request);

// Where the answer begins: at the first key that is not below this; none if nothing can be in it.
std::optional<std::string> list_start(const ListRequest& request);

// To the first key behind a group; false if no string is behind it.
template <class Cursor>
bool leave_group(Cursor& cursor, std::string_view group)
{
    const auto behind = behind_prefix(group);
    if (behind) {
        cursor.seek(*behind);
    }
    return behind.has_value();
}

// `add_key` hears of each key that is listed, at which the cursor is, and `add_group` of each group, whose first key it
// is at. It stays at the last: the next may be far behind keys that were erased.
template <class Cursor, class AddKey, class AddGroup>
void walk_items(Cursor& cursor, const ListRequest& request, const AddKey& add_key, const AddGroup& add_group)
{
    const auto start = list_start(request);
    if (!start || request.limit == 0) {
        return;
    }
    cursor.seek(*start);
    for (std::size_t left = request.limit; cursor.valid() && cursor.key().starts_with(request.prefix);) {
        const auto group = group_of(cursor.key(), request);
        group ? add_group(*group) : add_key();
        if (--left == 0) {
            return;
        }
        if (!group) {
            cursor.next();
        } else if (!leave_group(cursor, *group)) {
            return;
        }
    }
}

template <class Cursor>
std::vector<ListItem> list_items(Cursor& cursor, const ListRequest& request)
{
    std::vector<ListItem> items;
    walk_items(
        cursor, request, [&] { items.emplace_back(std::string(cursor.key()), false, cursor.entry()); },
        [&](std::string_view group) { items.push_back({std::string(group), true, {}}); });
    return items;
}

template <class Cursor>
ListedNames list_names(Cursor& cursor, const ListRequest& request)
{
    ListedNames names;
    walk_items(
        cursor, request, [&] { names.add(cursor.key().substr(request.prefix.size()), cursor.kind()); },
        [&](std::string_view group) {
            group.remove_suffix(1);
            names.add(group.substr(request.prefix.size()), std::nullopt);
        });
    return names;
}

}  // namespace bytestore
