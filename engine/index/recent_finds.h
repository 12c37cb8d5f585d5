// What an index found lately, and where. One operation asks for the same key several times: to find the file, to open
// it, to read it, to change it, and to tell of it then.
//
// Thread-safety: as Index; of calls of find() at the same time one uses it, the others look for themselves.
#pragma once

#include "engine/index/index_part.h"
#include "engine/index/key_places.h"
#include "engine/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore {

class RecentFinds {
public:
    // All that is known of one key.
    class Find {
    public:
        std::optional<std::size_t> part;  // that the key is in, or would be
        IndexPart::Place place;
        // Whether the key has an entry, and which.
        void know(const std::optional<Entry>& entry)
        {
            entry_ = entry;
            known_ = true;
        }

    private:
        friend RecentFinds;
        std::optional<Entry> entry_;
        bool known_ = false;  // whether somebody has looked
        std::string key_;
        std::uint64_t shape_ = 0;
    };

    // The entry of the key, which is known or which `look` finds out, for a Find that is to know it.
    template <class Look>
    std::optional<Entry> find(std::string_view key, IndexHash hash, const Look& look)
    {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) {
            Find unknown;
            look(unknown);
            return unknown.entry_;
        }
        Find& known = of(key, hash);
        if (!known.known_) {
            look(known);
        }
        return known.entry_;
    }
    // For a mutation, which keeps it true. It may know nothing.
    Find& of(std::string_view key, IndexHash hash)
    {
        Find& find = finds_[hash % kFinds];
        if (find.shape_ != shape_ || find.key_ != key) {
            find.part.reset();
            find.place.forget();
            find.known_ = false;
            find.key_.assign(key);
            find.shape_ = shape_;
        }
        return find;
    }
    // The parts are other ones now: nothing of it is true any more.
    void forget() { ++shape_; }

private:
    static constexpr std::size_t kFinds = 16;

    std::mutex mutex_;
    std::array<Find, kFinds> finds_;  // by hash
    std::uint64_t shape_ = 1;         // of the index, counting its changes
};

}  // namespace bytestore
