#include "engine/index/index_parts.h"

#include <iterator>
#include <utility>

namespace bytestore {

IndexParts::IndexParts(std::vector<IndexBase> bases)
    : slots_(slots_of(std::move(bases)))
{
    if (slots_.empty()) {
        slots_.push_back({{}, std::make_unique<IndexPart>(IndexBase())});
    }
    slots_.front().from.clear();
}

IndexParts IndexParts::freeze() const
{
    IndexParts frozen;
    frozen.slots_.reserve(size());
    for (const Slot& slot : slots_) {
        frozen.slots_.push_back({slot.from, std::make_unique<IndexPart>(slot.part->freeze())});
    }
    return frozen;
}

std::vector<IndexParts::Slot> IndexParts::slots_of(std::vector<IndexBase> bases)
{
    std::vector<Slot> slots;
    slots.reserve(bases.size());
    for (IndexBase& base : bases) {
        std::string from(base.first_key());
        slots.push_back({std::move(from), std::make_unique<IndexPart>(std::move(base))});
    }
    return slots;
}

void IndexParts::replace(std::size_t part, std::vector<IndexBase> bases)
{
    const auto place = slots_.begin() + static_cast<std::ptrdiff_t>(part);
    auto fresh = slots_of(std::move(bases));
    if (fresh.empty() && size() == 1) {
        place->part = std::make_unique<IndexPart>(IndexBase());
    } else if (fresh.empty()) {
        slots_.erase(place);
        slots_.front().from.clear();
    } else {
        auto first = std::move(fresh.front().part);
        slots_.insert(place + 1, std::move_iterator(fresh.begin() + 1), std::move_iterator(fresh.end()));
        slots_[part].part = std::move(first);
    }
}

std::size_t IndexParts::memory_bytes() const
{
    std::size_t bytes = slots_.capacity() * sizeof(Slot);
    for (const Slot& slot : slots_) {
        bytes += slot.from.capacity() + sizeof(IndexPart) + sizeof(IndexBase) + slot.part->memory_bytes();
    }
    return bytes;
}

bool IndexParts::intact() const
{
    return std::ranges::all_of(slots_, [](const Slot& slot) { return slot.part->base().intact(); });
}

}  // namespace bytestore
