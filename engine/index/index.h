// The ordered index: from each live key to the place of its last record.
//
// It is made of parts, each with the keys of a range, about a thousand of them. A part has two levels
// (engine/index/index_part.h): a base of packed blocks, in which a path-like key costs less than its own length, and
// above it what was put or erased since. When more changes wait in a part than its bound (kLeastMerge, four times that
// in an index of few parts, or an eighth of a base that is still in one piece because it is read on demand), they are
// merged into a new base, which is split when it has become too large. So a mutation costs O(log n) and now and then
// the rewriting of a thousand entries, and never more: readers wait for no large merge.
//
// Order is that of unsigned bytes. Thread-safety: const methods may run at the same time; a mutation excludes all
// others (the store holds its lock). A mutation that throws (for lack of memory) has changed nothing. One that was
// moved from may only be assigned to or destroyed.
#pragma once

#include "engine/index/index_parts.h"
#include "engine/index/recent_finds.h"
#include "engine/types.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class Index {
public:
    static constexpr std::size_t kLeastMerge = 128;

    // `least_merge`: how many changes may wait in a part of many, however small its base is; a part has up to eight
    // times as many keys.
    explicit Index(std::size_t least_merge = kLeastMerge);
    // One that shows `base`.
    explicit Index(IndexBase base, std::size_t least_merge = kLeastMerge);

    std::optional<Entry> find(std::string_view key) const;
    // That of each. Where the next key of the index comes next it costs one step.
    std::vector<std::optional<Entry>> find_each(std::span<const std::string> keys) const;
    // Both return what they replaced or removed.
    std::optional<Entry> put(std::string_view key, const Entry& entry);
    std::optional<Entry> erase(std::string_view key);

    // See ListRequest. A group costs one seek, however many keys are in it.
    std::vector<ListItem> list(const ListRequest& request) const;
    ListedNames list_names(const ListRequest& request) const;
    // Whether any key starts with `prefix`; one seek.
    bool any(std::string_view prefix) const;
    // What stands at the key that is `prefix` without its last byte: any(prefix), and, if that is false, find(key).
    struct Presence {
        bool below = false;
        std::optional<Entry> entry;
    };
    Presence presence(std::string_view prefix) const;

    std::size_t size() const { return size_; }  // live keys
    std::size_t memory_bytes() const;           // about what it occupies

    // Both go over the part that the key `from` is in, which is some thousand entries, and return the key from which to
    // go on; nothing behind the last part. Who holds a lock meanwhile may let go of it in between: what is put or
    // erased then is met or not, and every other entry is met once. All of the index is in memory.
    std::optional<std::string> visit_part(std::string_view from,
                                          const std::function<void(const Entry&)>& visitor) const;
    // `change` returns whether it changed the entry.
    std::optional<std::string> change_part(std::string_view from, const std::function<bool(Entry&)>& change);

    // Whether what the index was made over is still to be had. Once it is not, nothing that was read or changed since
    // the last time it was may be believed. Only an index over a base that is read on demand can come to that.
    bool intact() const;
    // Brings all of it into memory; false if it is not intact then.
    bool load() const;

    // What it shows at this moment, for one who reads it later: costs a copy of the changes, not of the bases. One call
    // at a time.
    IndexParts freeze() const { return parts_.freeze(); }

    // Builds an index from records in the order of the log, the last of a key winning; much faster than put and erase
    // one by one, since it sorts. `superseded` hears of every Set that a later Set or Delete of its key made dead, in
    // no order.
    class Loader;

private:
    bool any_from(std::size_t part, std::string_view prefix) const;
    template <class PartOf>
    std::optional<Entry> find_in(const PartOf& part_of, std::string_view key) const;
    // What is known of a key that is about to be changed, its part for one, after a merge if one is due.
    RecentFinds::Find& find_to_change(std::string_view key, IndexHash hash);
    void replace_part(std::size_t part, std::vector<IndexBase> bases);
    bool outgrown(const IndexPart& part) const;
    std::optional<std::string> begin_behind(std::size_t part) const;

    std::size_t least_merge_;
    std::size_t size_;  // live keys
    bool on_demand_;    // there is one part only, whose base may not all be in memory
    IndexParts parts_;
    std::unique_ptr<RecentFinds> recent_;
};

class Index::Loader {
public:
    using Superseded = std::function<void(std::string_view key, const Entry& dead)>;

    static constexpr std::size_t kLeastFold = std::size_t{128} << 20;

    // `superseded` is called from set, remove and finish, and must not throw. Records are held back, sorted and folded
    // into what is built when they outgrow max(`least_fold` bytes, what is built): that bounds the memory, however many
    // of them are dead.
    explicit Loader(Superseded superseded, std::size_t least_fold = kLeastFold);
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;
    Loader(Loader&&) = delete;
    Loader& operator=(Loader&&) = delete;

    void set(std::string_view key, const Entry& entry);
    void remove(std::string_view key);
    // Once, as the last call.
    Index finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace bytestore
