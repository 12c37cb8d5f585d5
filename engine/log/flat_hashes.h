// A set of hashes in one array: open addressing with linear probing (D. Knuth, "The Art of Computer Programming",
// volume 3, 6.4), half full at most. To find a hash or to add one is a look at one place of memory, and no allocation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bytestore {

// None of them is 0.
class FlatHashes {
public:
    std::size_t size() const { return size_; }
    bool contains(std::uint64_t hash) const { return size_ > 0 && slots_[slot_of(hash)] != kEmpty; }
    void insert(std::uint64_t hash)
    {
        if (2 * size_ >= slots_.size()) {
            grow();
        }
        auto& slot = slots_[slot_of(hash)];
        size_ += slot == kEmpty ? 1 : 0;
        slot = hash;
    }
    // In no order.
    template <class Visit>
    void for_each(const Visit& visit) const
    {
        for (const auto hash : slots_) {
            if (hash != kEmpty) {
                visit(hash);
            }
        }
    }

private:
    static constexpr std::uint64_t kEmpty = 0;
    static constexpr std::size_t kLeastSlots = 64;

    // Where it is, or could be.
    std::size_t slot_of(std::uint64_t hash) const
    {
        const auto mask = slots_.size() - 1;
        auto slot = static_cast<std::size_t>(hash) & mask;
        while (slots_[slot] != kEmpty && slots_[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
    void grow()
    {
        FlatHashes larger;
        larger.slots_.resize(std::max(kLeastSlots, 2 * slots_.size()));
        for_each([&](std::uint64_t hash) { larger.insert(hash); });
        *this = std::move(larger);
    }

    std::vector<std::uint64_t> slots_;  // none, or a power of two of them
    std::size_t size_ = 0;
};

}  // namespace bytestore
