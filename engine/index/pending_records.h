// Records in the order of the log that wait to be sorted by key, packed in one arena.
#pragma once

#include "engine/types.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class PendingRecords {
public:
    struct Record {
        std::string_view key;
        std::optional<Entry> entry;  // none: a Delete
    };

    // Room for so many bytes is taken at once when they turn out to be more than a few.
    void expect(std::size_t bytes) { expected_bytes_ = bytes; }
    // No entry: a Delete.
    void add(std::string_view key, const std::optional<Entry>& entry);
    // By key, those of one key in the order in which they were added.
    void sort();
    void clear();

    std::size_t size() const { return items_.size(); }
    std::size_t memory_bytes() const { return arena_.size() + items_.size() * sizeof(Item); }
    // Valid until the next change. Made for reading them in order.
    Record record(std::size_t position) const;
    std::string_view key(std::size_t position) const { return key_at(items_[position].start); }

private:
    struct Item {
        std::uint64_t head = 0;   // the next bytes of the key to compare, while sorting
        std::uint64_t start = 0;  // in the arena, which is also its place in the order of the log

        auto operator<=>(const Item&) const = default;
    };

    // Neighbours whose keys are the same in their first `depth` bytes.
    struct Run {
        std::size_t begin;
        std::size_t end;
        std::size_t depth;
    };

    std::string_view key_at(std::uint64_t start) const;
    void make_room();
    void sort_run(Run run, std::vector<Run>& unsorted);
    std::size_t shared_depth(const Run& run) const;

    std::size_t expected_bytes_ = 0;
    std::string arena_;
    std::vector<Item> items_;
    bool sorted_ = true;
};

}  // namespace bytestore
