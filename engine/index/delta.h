// The mutable level of the index: what was put since the base was built, in the order of keys. It holds no key that the
// base shows.
//
// Records lie packed in one string, in the order in which they came, and a sorted table says where: an insertion moves
// only the table, a copy copies two blocks, and a record costs little more than its key.
#pragma once

#include "engine/index/group_filter.h"
#include "engine/index/hash_filter.h"
#include "engine/index/key_places.h"
#include "engine/types.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class IndexDelta {
public:
    std::size_t size() const { return starts_.size(); }
    std::size_t memory_bytes() const;

    // The position of the first key that is not below `key`; size() if there is none.
    std::size_t lower_bound(std::string_view key) const;
    // False: no key starts with `prefix`.
    bool may_have(std::string_view prefix) const { return groups_.may_have(prefix); }
    // The position of `key`. Looks at a filter, and at hashes, which lie side by side, before it looks at a key.
    std::optional<std::size_t> find(std::string_view key, IndexHash hash) const;
    std::string_view key(std::size_t position) const;
    Entry entry(std::size_t position) const;

    // One that throws has changed nothing. Of a key that is not there; its position.
    std::size_t insert(std::string_view key, IndexHash hash, const Entry& entry);
    void replace(std::size_t position, const Entry& entry);
    void erase(std::size_t position) noexcept;

private:
    // The position of a hash, from `from` on; size() if there is none.
    std::size_t find_hash(std::size_t from, IndexHash hash) const;
    void note_hash(IndexHash hash);
    std::size_t append(std::string_view key, const Entry& entry);
    void drop_garbage();

    std::string records_;
    std::vector<std::size_t> starts_;  // of the records, in the order of their keys
    std::vector<IndexHash> hashes_;    // in the same order
    HashFilter seen_;                  // of them, and of some that were erased; knows nothing while they are few
    GroupSketch groups_;               // of the keys, and of some that were erased
    std::size_t used_ = 0;             // bytes of records_ that are not garbage
};

}  // namespace bytestore
