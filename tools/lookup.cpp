#include "tools/lookup.h"

#include "fs/mapping.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace bytestore::tools {
namespace {

constexpr std::size_t kPage = 1000;

}  // namespace

Result<std::optional<Value>> look_up(const Store& store, const std::string& key)
{
    const auto found = fs::is_marker(key) ? std::nullopt : store.find(key);
    if (!found) {
        return std::optional<Value>();
    }
    auto bytes = found->read();
    if (!bytes) {
        Error& error = bytes.error();
        return fail(error.code, fmt::format("cannot read the value of {}: {}", key, error.message), error.os_error);
    }
    return Value{found->entry().kind, std::move(*bytes)};
}

Status for_each_key(const Store& store, const std::string& prefix,
                    const std::function<Status(const std::string& key)>& visit)
{
    ListRequest request{.prefix = prefix, .delimiter = {}, .after = {}, .limit = kPage};
    while (true) {
        const std::vector<ListItem> page = store.list(request);
        for (const ListItem& item : page) {
            if (!fs::is_marker(item.name)) {
                TRY(visit(item.name));
            }
        }
        if (page.size() < kPage) {
            return {};
        }
        request.after = page.back().name;
    }
}

}  // namespace bytestore::tools
