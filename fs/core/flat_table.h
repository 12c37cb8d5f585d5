// Items by the hashes of their keys, in one array: open addressing with linear probing, and what comes behind one that
// goes moves up (D. Knuth, "The Art of Computer Programming", volume 3, 6.4, algorithm R). To find one, or that there
// is none, is a look at one place of memory mostly, where a table of lists waits for memory at every step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace bytestore::fs {

// `Item` is a pointer of some sort; a null one is none. Keys are up to the caller, who tells items of one hash apart.
template <class Item>
class FlatTable {
public:
    std::size_t size() const { return size_; }

    // The one with this hash of which `is_it` holds, until the next change; nullptr if there is none.
    template <class IsIt>
    const Item* find(std::uint64_t hash, IsIt is_it) const
    {
        if (size_ > 0) {
            for (auto at = home_of(hash); slots_[at].item; at = next(at)) {
                if (slots_[at].hash == hash && is_it(slots_[at].item)) {
                    return &slots_[at].item;
                }
            }
        }
        return nullptr;
    }
    // One with another key than all that are there. Throws nothing after make_room().
    void insert(std::uint64_t hash, Item item)
    {
        make_room();
        put({.hash = hash, .item = std::move(item)});
        ++size_;
    }
    // One that is there.
    template <class IsIt>
    void erase(std::uint64_t hash, IsIt is_it)
    {
        auto gap = home_of(hash);
        while (slots_[gap].hash != hash || !is_it(slots_[gap].item)) {
            gap = next(gap);
        }
        for (auto at = next(gap); slots_[at].item; at = next(at)) {
            if (distance(home_of(slots_[at].hash), at) >= distance(gap, at)) {
                slots_[gap] = std::move(slots_[at]);
                gap = at;
            }
        }
        slots_[gap] = {};
        --size_;
        if (slots_.size() > kLeastSlots && size_ < slots_.size() / kEmptyOf) {
            shrink();
        }
    }
    // For one more.
    void make_room()
    {
        if (size_ + 1 > slots_.size() / kMostOf * kMost) {
            resize(slots_.empty() ? kLeastSlots : 2 * slots_.size());
        }
    }
    template <class Visit>
    void for_each(Visit visit) const
    {
        for (const auto& slot : slots_) {
            if (slot.item) {
                visit(slot.item);
            }
        }
    }

private:
    struct Slot {
        std::uint64_t hash = 0;
        Item item{};
    };
    static constexpr std::size_t kLeastSlots = 64;
    // Seven eighths full at most, so that rows are short. One that is nearly empty gives its memory back; to fill it
    // again costs little beside what is put into it.
    static constexpr std::size_t kMost = 7;
    static constexpr std::size_t kMostOf = 8;
    static constexpr std::size_t kEmptyOf = 16;
    static constexpr std::size_t kShrink = 4;

    std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
    std::size_t home_of(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & (slots_.size() - 1); }
    std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (slots_.size() - 1); }
    void resize(std::size_t slots)
    {
        FlatTable other;
        other.slots_.resize(slots);
        for (auto& slot : slots_) {
            if (slot.item) {
                other.put(std::move(slot));
            }
        }
        slots_.swap(other.slots_);
    }
    void shrink()
    {
        try {
            resize(std::max(kLeastSlots, slots_.size() / kShrink));
        } catch (const std::bad_alloc&) {
            return;  // it stays as large as it is
        }
    }
    void put(Slot slot)
    {
        auto at = home_of(slot.hash);
        while (slots_[at].item) {
            at = next(at);
        }
        slots_[at] = std::move(slot);
    }

    std::vector<Slot> slots_;  // none, or a power of two of them
    std::size_t size_ = 0;
};

}  // namespace bytestore::fs
