#include "engine/index/listing.h"

#include <algorithm>
#include <utility>

namespace bytestore {

std::optional<std::string> behind_prefix(std::string_view prefix)
{
    const auto last = prefix.find_last_not_of('\xff');
    if (last == std::string_view::npos) {
        return std::nullopt;
    }
    std::string behind(prefix.substr(0, last + 1));
    behind.back() = static_cast<char>(static_cast<unsigned char>(behind.back()) + 1);
    return behind;
}

std::optional<std::string_view> group_of(std::string_view key, const ListRequest& request)
{
    if (!request.delimiter) {
        return std::nullopt;
    }
    const auto at = key.find(*request.delimiter, request.prefix.size());
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    return key.substr(0, at + 1);
}

std::optional<std::string> list_start(const ListRequest& request)
{
    if (!request.after || *request.after < request.prefix) {
        return request.prefix;
    }
    if (const auto group = group_of(*request.after, request)) {
        return behind_prefix(*group);
    }
    return *request.after + '\0';
}

}  // namespace bytestore
