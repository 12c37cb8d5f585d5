// What was used lately, within a budget of bytes: what was used longest ago goes first; one item may be larger than the
// budget, alone. No locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <utility>

namespace bytestore {

// `Item` is cheap to copy; one without content is `Item{}`.
template <class Key, class Item>
class RecentlyUsed {
public:
    static constexpr std::uint64_t kOwnBytes = 128;  // what it costs to keep an item, about

    explicit RecentlyUsed(std::uint64_t budget)
        : budget_(budget)
    {
    }

    std::size_t size() const { return places_.size(); }
    // That of `key`, which is used now; Item{} if it is not there.
    Item find(const Key& key)
    {
        const auto place = places_.find(key);
        if (place == places_.end()) {
            return {};
        }
        used_.splice(used_.begin(), used_, place->second);
        place->second->idle = false;
        return place->second->item;
    }
    // In the place of what `key` had. `bytes` is what it holds of memory elsewhere.
    void keep(const Key& key, Item item, std::uint64_t bytes)
    {
        drop(places_.find(key));
        std::list<Used> one;
        one.push_front({.place = {}, .item = std::move(item), .bytes = bytes + kOwnBytes});
        one.front().place = places_.emplace(key, one.begin()).first;
        used_.splice(used_.begin(), one);
        held_ += used_.front().bytes;
        while (held_ > budget_ && places_.size() > 1) {
            drop(used_.back().place);
        }
    }
    // What was not used since this was called last.
    void drop_idle()
    {
        while (!used_.empty() && used_.back().idle) {
            drop(used_.back().place);
        }
        for (auto& used : used_) {
            used.idle = true;
        }
    }

private:
    struct Used;
    using Places = std::map<Key, typename std::list<Used>::iterator>;
    struct Used {
        typename Places::iterator place;
        Item item;
        std::uint64_t bytes = 0;
        bool idle = false;
    };

    void drop(typename Places::iterator place)
    {
        if (place == places_.end()) {
            return;
        }
        held_ -= place->second->bytes;
        used_.erase(place->second);
        places_.erase(place);
    }

    const std::uint64_t budget_;
    std::list<Used> used_;  // what was used last comes first
    Places places_;
    std::uint64_t held_ = 0;  // bytes
};

}  // namespace bytestore
