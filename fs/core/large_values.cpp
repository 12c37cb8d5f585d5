#include "fs/core/large_values.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::uint64_t kSmall = std::uint64_t{128} << 10;  // about what the kernel reads at once
constexpr std::chrono::seconds kIdle{2};

}  // namespace

LargeValues::LargeValues(std::uint64_t budget)
    : budget_(budget), idle_(kIdle, [this] { look_after(); })
{
}

Result<std::string> LargeValues::read(const ValueRef& value, std::uint64_t offset, std::size_t size)
{
    const auto whole = value.entry().size;
    if (whole <= kSmall) {
        TRY_ASSIGN(auto bytes, value.read());
        return offset == 0 && size >= whole
                   ? std::move(bytes)
                   : bytes.substr(static_cast<std::size_t>(std::min<std::uint64_t>(offset, whole)), size);
    }
    TRY_ASSIGN(const auto pieces, pieces_of(value));
    return pieces->read(value, offset, size);
}

std::size_t LargeValues::known() const
{
    const std::lock_guard lock(mutex_);
    return items_.size();
}

Result<LargeValues::Pieces> LargeValues::pieces_of(const ValueRef& value)
{
    const auto record = value.id();
    if (auto known = find(record)) {
        return known;
    }
    idle_.notice();
    const std::lock_guard verifying(verifying_);
    if (auto known = find(record)) {
        return known;
    }
    TRY_ASSIGN(auto pieces, ValuePieces::of(value));
    keep(record, pieces);
    return pieces;
}

LargeValues::Pieces LargeValues::find(const RecordId& record)
{
    const std::lock_guard lock(mutex_);
    const auto item = items_.find(record);
    if (item == items_.end()) {
        return nullptr;
    }
    item->second.used = ++reads_;
    return item->second.pieces;
}

void LargeValues::keep(const RecordId& record, const Pieces& pieces)
{
    const std::lock_guard lock(mutex_);
    items_[record] = {.pieces = pieces, .used = ++reads_};
    held_ += pieces->memory_bytes();
    while (held_ > budget_ && items_.size() > 1) {
        const auto oldest = std::ranges::min_element(items_, {}, [](const auto& item) { return item.second.used; });
        held_ -= oldest->second.pieces->memory_bytes();
        items_.erase(oldest);
    }
}

// A record whose segment was compacted away is of no use to anybody; nor is what nobody has read for a while.
void LargeValues::look_after()
{
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(items_, [this](const auto& item) {
            const bool goes = item.second.used <= looked_ || item.first.gone();
            held_ -= goes ? item.second.pieces->memory_bytes() : 0;
            return goes;
        });
        looked_ = reads_;
        if (items_.empty()) {
            return;
        }
    }
    idle_.notice();
}

}  // namespace bytestore::fs
