// The ordered index: from each live key to the place of its last record.
//
// Two levels. The base is immutable: sorted, front-coded blocks, its integers as varints, so that a path-like key costs
// less than its own length. The delta above it is a small ordered map of what was put since. A key of the base that was
// erased or put again is hidden there by one bit, so that no number of erased keys slows a listing down. Delta and base
// are merged into a new base when the delta or the hidden outgrow max(64 Ki entries, a quarter of the base), so that a
// mutation costs O(log n) amortised.
//
// Order is that of unsigned bytes. Thread-safety: const methods may run at the same time; a mutation excludes all
// others (the store holds its lock). A mutation that throws (for lack of memory) has changed nothing. One that was
// moved from may only be assigned to or destroyed.
#pragma once

#include "engine/index/delta.h"
#include "engine/index/rank_set.h"
#include "engine/types.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace bytestore {

class IndexBase;

class Index {
public:
    static constexpr std::size_t kLeastMerge = std::size_t{64} << 10;

    Index();
    // `least_merge`: how many entries the delta may hold however small the base is.
    explicit Index(std::size_t least_merge);
    // One that shows `base`.
    explicit Index(IndexBase base, std::size_t least_merge = kLeastMerge);
    ~Index();
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;
    Index(Index&&) noexcept;
    Index& operator=(Index&&) noexcept;

    std::optional<Entry> find(std::string_view key) const;
    // Both return what they replaced or removed.
    std::optional<Entry> put(std::string_view key, const Entry& entry);
    std::optional<Entry> erase(std::string_view key);

    // See ListRequest. A group costs one seek, however many keys are in it.
    std::vector<ListItem> list(const ListRequest& request) const;
    // Whether any key starts with `prefix`; one seek.
    bool any(std::string_view prefix) const;

    std::size_t size() const;          // live keys
    std::size_t memory_bytes() const;  // about what it occupies

    // Whether what the index was made over is still to be had. Once it is not, nothing that was read or changed since
    // the last time it was may be believed. Only an index over a base that is read on demand can come to that.
    bool intact() const;
    // Brings all of it into memory; false if it is not intact then.
    bool load() const;

    // What it shows at this moment, for one who reads it later: costs a copy of the changes, not of the base.
    struct Frozen;
    Frozen freeze() const;

    // Builds an index from records in the order of the log, the last of a key winning; much faster than put and erase
    // one by one, since it sorts. `superseded` hears of every Set that a later Set or Delete of its key made dead, in
    // no order.
    class Loader;

private:
    void merge_if_outgrown();

    std::shared_ptr<const IndexBase> base_;
    RankSet hidden_;  // ranks in the base whose keys were erased or are in the delta
    IndexDelta delta_;
    std::size_t delta_key_bytes_ = 0;
    std::size_t least_merge_;
};

struct Index::Frozen {
    std::shared_ptr<const IndexBase> base;
    RankSet hidden;
    IndexDelta delta;
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
