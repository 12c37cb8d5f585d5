#include "tools/lookup.h"

#include "fs/mapping.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace bytestore::tools {
namespace {

constexpr std::size_t kKeysAPage = 1000;

}  // namespace

Result<std::optional<Value>> look_up(Backend& backend, const std::string& key)
{
    if (fs::is_marker(key)) {
        return std::optional<Value>();
    }
    auto value = backend.get(key);
    if (!value) {
        const Error& error = value.error();
        return fail(error.code, fmt::format("cannot read the value of {}: {}", key, error.message), error.os_error);
    }
    return value;
}

Status for_each_item(Backend& backend, const std::string& prefix,
                     const std::function<Status(const ListItem& item)>& visit)
{
    ListRequest request{.prefix = prefix, .delimiter = {}, .after = {}, .limit = kKeysAPage};
    while (true) {
        TRY_ASSIGN(const std::vector<ListItem> page, backend.list(request));
        for (const ListItem& item : page) {
            TRY(visit(item));
        }
        if (page.empty()) {
            return {};
        }
        request.after = page.back().name;
    }
}

Status for_each_key(Backend& backend, const std::string& prefix,
                    const std::function<Status(const std::string& key)>& visit)
{
    return for_each_item(backend, prefix,
                         [&](const ListItem& item) { return fs::is_marker(item.name) ? Status() : visit(item.name); });
}

}  // namespace bytestore::tools
