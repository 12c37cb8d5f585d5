#include "fs/core/value_cache.h"

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::uint64_t kSmall = std::uint64_t{128} << 10;  // about what the kernel reads at once

}  // namespace

Result<std::shared_ptr<const std::string>> ValueCache::read(const ValueRef& value)
{
    if (auto kept = find(value)) {
        return kept;
    }
    TRY_ASSIGN(auto decoded, value.read());
    auto bytes = std::make_shared<const std::string>(std::move(decoded));
    if (bytes->size() > kSmall) {
        keep(value, bytes);
    }
    return bytes;
}

std::shared_ptr<const std::string> ValueCache::find(const ValueRef& value)
{
    const std::lock_guard lock(mutex_);
    const auto item = std::ranges::find_if(items_, [&](const Item& kept) { return kept.value.same_record(value); });
    if (item == items_.end()) {
        return nullptr;
    }
    items_.splice(items_.begin(), items_, item);
    return items_.front().bytes;
}

void ValueCache::keep(const ValueRef& value, std::shared_ptr<const std::string> bytes)
{
    const std::lock_guard lock(mutex_);
    bytes_ += bytes->size();
    items_.push_front({.value = value, .bytes = std::move(bytes)});
    while (bytes_ > max_bytes_ && items_.size() > 1) {
        bytes_ -= items_.back().bytes->size();
        items_.pop_back();
    }
}

}  // namespace bytestore::fs
