// The parts of an index in the order of their keys, and where each begins. There is always one.
#pragma once

#include "engine/index/index_part.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class IndexParts {
public:
    // Of the bases, whose keys ascend from each to the next.
    explicit IndexParts(std::vector<IndexBase> bases);
    IndexParts(const IndexParts&) = delete;
    IndexParts& operator=(const IndexParts&) = delete;
    IndexParts(IndexParts&&) noexcept = default;
    IndexParts& operator=(IndexParts&&) noexcept = default;
    ~IndexParts() = default;

    // What they are now, for ever; see IndexPart.
    IndexParts freeze() const;

    std::size_t size() const { return slots_.size(); }
    const IndexPart& operator[](std::size_t part) const { return *slots_[part].part; }
    IndexPart& operator[](std::size_t part) { return *slots_[part].part; }
    // The one that `key` is in, or would be.
    std::size_t part_of(std::string_view key) const
    {
        const auto above = std::ranges::upper_bound(slots_, key, std::less<>{}, &Slot::from);
        return static_cast<std::size_t>(above - slots_.begin()) - 1;
    }
    // No key of a part is below this; empty for the first.
    std::string_view begin_of(std::size_t part) const { return slots_[part].from; }
    // Puts parts of `bases` in the place of one. If it throws nothing has changed.
    void replace(std::size_t part, std::vector<IndexBase> bases);
    std::size_t memory_bytes() const;
    // See Index.
    bool intact() const;

private:
    struct Slot {
        std::string from;
        std::unique_ptr<IndexPart> part;
    };
    IndexParts() = default;
    static std::vector<Slot> slots_of(std::vector<IndexBase> bases);

    std::vector<Slot> slots_;
};

}  // namespace bytestore
