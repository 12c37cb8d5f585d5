#include "tools/key_path.h"

#include "engine/format/record.h"
#include "fs/mapping.h"
#include "tools/text.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace bytestore::tools {
namespace {

constexpr std::size_t kPage = 1000;

// The segment of a key, or of all keys in a group, that stands behind `prefix`.
std::string_view segment_of(const ListItem& item, std::size_t prefix)
{
    const std::string_view segment = std::string_view(item.name).substr(prefix);
    return item.group ? segment.substr(0, segment.size() - 1) : segment;
}

// An alias shows the start of its segment, so that only the keys that share it have to be asked.
std::optional<std::string> resolve_alias(const Store& store, std::string_view prefix, std::string_view start,
                                         std::string_view alias)
{
    ListRequest request{.prefix = std::string(prefix).append(start), .delimiter = ':', .after = {}, .limit = kPage};
    while (true) {
        const std::vector<ListItem> page = store.list(request);
        for (const ListItem& item : page) {
            const std::string_view segment = segment_of(item, prefix.size());
            if (fs::alias_names(alias, segment, prefix.empty())) {
                return std::string(segment);
            }
        }
        if (page.size() < kPage) {
            return std::nullopt;
        }
        request.after = page.back().name;
    }
}

}  // namespace

Result<std::string> path_of_key(const Store& store, std::string_view key)
{
    if (key.size() > kMaxKeyBytes) {
        return fail(Errc::name_too_long,
                    fmt::format("a key of {} bytes is longer than {} bytes", key.size(), kMaxKeyBytes));
    }
    if (!format::is_valid_utf8(key)) {
        return fail(Errc::not_utf8, fmt::format("the key {} is not valid UTF-8, and has no path", in_quotes(key)));
    }
    if (fs::is_marker(key)) {
        return fail(Errc::invalid, fmt::format("{} is the marker of a directory, and has no path", in_quotes(key)));
    }
    return fs::path_of_key(key, [&](std::string_view directory) { return store.any(fs::child_prefix(directory)); });
}

Result<std::string> key_of_path(const Store& store, std::string_view path)
{
    return fs::key_of_path(path, [&](std::string_view prefix, std::string_view start, std::string_view alias) {
        return resolve_alias(store, prefix, start, alias);
    });
}

}  // namespace bytestore::tools
