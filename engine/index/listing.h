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

template <class Cursor>
std::vector<ListItem> list_items(Cursor& cursor, const ListRequest& request)
{
    std::vector<ListItem> items;
    const auto start = list_start(request);
    if (!start) {
        return items;
    }
    cursor.seek(*start);
    while (items.size() < request.limit && cursor.valid() && cursor.key().starts_with(request.prefix)) {
        const auto group = group_of(cursor.key(), request);
        if (!group) {
            items.emplace_back(std::string(cursor.key()), false, cursor.entry());
            cursor.next();
            continue;
        }
        items.push_back({std::string(*group), true, {}});
        if (!leave_group(cursor, items.back().name)) {
            break;
        }
    }
    return items;
}

}  // namespace bytestore
