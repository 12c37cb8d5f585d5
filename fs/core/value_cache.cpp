#include "fs/core/value_cache.h"

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::uint64_t kSmall = std::uint64_t{128} << 10;  // about what the kernel reads at once

}  // namespace

Result<std::shared_ptr<const std::string>> ValueCache::read(const ValueRef& value)
{
    if (auto kept = find(value.id())) {
        return kept;
    }
    TRY_ASSIGN(auto decoded, value.read());
    auto bytes = std::make_shared<const std::string>(std::move(decoded));
    if (bytes->size() > kSmall) {
        keep(value.id(), bytes);
    }
    return bytes;
}

std::shared_ptr<const std::string> ValueCache::find(const RecordId& record)
{
    const std::lock_guard lock(mutex_);
    const auto item = std::ranges::find(items_, record, &Item::record);
    if (item == items_.end()) {
        return nullptr;
    }
    items_.splice(items_.begin(), items_, item);
    return items_.front().bytes;
}

void ValueCache::keep(const RecordId& record, std::shared_ptr<const std::string> bytes)
{
    const std::lock_guard lock(mutex_);
    drop_gone_locked();
    bytes_ += bytes->size();
    items_.push_front({.record = record, .bytes = std::move(bytes)});
    while (bytes_ > max_bytes_ && items_.size() > 1) {
        bytes_ -= items_.back().bytes->size();
        items_.pop_back();
    }
}

void ValueCache::drop_gone_locked()
{
    std::erase_if(items_, [this](const Item& item) {
        bytes_ -= item.record.gone() ? item.bytes->size() : 0;
        return item.record.gone();
    });
}

}  // namespace bytestore::fs
