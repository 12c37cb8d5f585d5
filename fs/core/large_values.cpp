#include "fs/core/large_values.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::uint64_t kSmall = std::uint64_t{128} << 10;  // about what the kernel reads at once
constexpr std::chrono::seconds kIdle{2};
constexpr std::size_t kMost = 64;
constexpr std::size_t kMostWhole = 4;  // of those that are kept decoded

}  // namespace

LargeValues::LargeValues()
    : idle_(kIdle, [this] { look_after(); })
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
    idle_.notice();
    const auto record = value.id();
    if (auto known = find(record)) {
        return known;
    }
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
    used_ = true;
    const auto item = std::ranges::find(items_, record, &Item::record);
    if (item == items_.end()) {
        return nullptr;
    }
    items_.splice(items_.begin(), items_, item);
    return items_.front().pieces;
}

void LargeValues::keep(const RecordId& record, const Pieces& pieces)
{
    const std::lock_guard lock(mutex_);
    items_.push_front({.record = record, .pieces = pieces});
    std::size_t whole = 0;
    std::erase_if(items_, [&](const Item& item) {
        whole += item.pieces->kept() > 0 ? 1 : 0;
        return item.record.gone() || (item.pieces->kept() > 0 && whole > kMostWhole);
    });
    if (items_.size() > kMost) {
        items_.pop_back();
    }
}

// A segment that was compacted away is of no use to anybody; nor is what nobody reads any more.
void LargeValues::look_after()
{
    {
        const std::lock_guard lock(mutex_);
        const bool used = std::exchange(used_, false);
        std::erase_if(items_, [used](const Item& item) { return !used || item.record.gone(); });
        if (items_.empty()) {
            return;
        }
    }
    idle_.notice();
}

}  // namespace bytestore::fs
