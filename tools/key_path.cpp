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

constexpr std::size_t kGroupsAPage = 1000;

// The segment of a key, or of all keys in a group, that stands behind `prefix`.
std::string_view segment_of(const ListItem& item, std::size_t prefix)
{
    const std::string_view segment = std::string_view(item.name).substr(prefix);
    return item.group ? segment.substr(0, segment.size() - 1) : segment;
}

// Asks a backend for what a pure function wants to know. Its callbacks cannot fail, so the failure waits here.
class Questions {
public:
    explicit Questions(remote::Backend& backend)
        : backend_(backend)
    {
    }

    bool has_children(std::string_view key)
    {
        return !list({.prefix = fs::child_prefix(key), .delimiter = {}, .after = {}, .limit = 1}).empty();
    }

    // An alias shows the start of its segment, so that only the keys that share it have to be asked.
    std::optional<std::string> resolve_alias(std::string_view prefix, std::string_view start, std::string_view alias)
    {
        ListRequest request{
            .prefix = std::string(prefix).append(start), .delimiter = ':', .after = {}, .limit = kGroupsAPage};
        for (auto page = list(request); !page.empty(); page = list(request)) {
            for (const ListItem& item : page) {
                const std::string_view segment = segment_of(item, prefix.size());
                if (fs::alias_names(alias, segment, prefix.empty())) {
                    return std::string(segment);
                }
            }
            request.after = page.back().name;
        }
        return std::nullopt;
    }

    const Status& failure() const { return failure_; }

private:
    std::vector<ListItem> list(const ListRequest& request)
    {
        auto page = backend_.list(request);
        if (!page) {
            failure_ = forward(page);
            return {};
        }
        return std::move(*page);
    }

    remote::Backend& backend_;
    Status failure_;
};

}  // namespace

Result<std::string> path_of_key(remote::Backend& backend, std::string_view key)
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
    Questions questions(backend);
    auto path = fs::path_of_key(key, [&](std::string_view directory) { return questions.has_children(directory); });
    TRY(questions.failure());
    return path;
}

Result<std::string> key_of_path(remote::Backend& backend, std::string_view path)
{
    Questions questions(backend);
    auto key = fs::key_of_path(path, [&](std::string_view prefix, std::string_view start, std::string_view alias) {
        return questions.resolve_alias(prefix, start, alias);
    });
    TRY(questions.failure());
    return key;
}

}  // namespace bytestore::tools
