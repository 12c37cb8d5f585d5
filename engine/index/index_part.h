// The index of a range of keys, in two levels. The base has its keys for life; a key of it that is put again gets its
// new entry there if that is cheap, and the base neither frozen nor over pages. The delta above it holds what else was
// put since. A key of the base that was erased, or is in the delta, is hidden there by one bit, so that no number of
// erased keys slows a listing down. When the delta or the hidden outgrow their bound the owner merges them into new
// parts.
//
// Thread-safety: as Index.
#pragma once

#include "engine/index/delta.h"
#include "engine/index/index_base.h"
#include "engine/index/rank_set.h"
#include "engine/types.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace bytestore {

class IndexPart {
public:
    explicit IndexPart(IndexBase base);
    ~IndexPart() = default;
    IndexPart(IndexPart&&) noexcept = default;
    IndexPart& operator=(IndexPart&&) = delete;
    IndexPart& operator=(const IndexPart&) = delete;
    // A copy that never changes; neither does the base, which they share, from now on. One call at a time.
    IndexPart freeze() const;

    // Where a key is in either level, for one who asks for the same key again: it is looked up when it is not known, or
    // not true any more. Of one part.
    struct Place {
        std::uint64_t base_state = 0;  // of the base when somebody looked; 0: nobody has
        std::optional<IndexBase::Found> in_base;
        std::uint64_t delta_state = 0;  // of the delta, likewise
        std::optional<std::size_t> in_delta;
        void forget() { base_state = delta_state = 0; }
    };
    std::optional<Entry> find(std::string_view key, IndexHash hash, Place& place) const;
    bool any(std::string_view prefix) const;
    // Both return what they replaced or removed. One that throws has changed nothing. `may_move`: see
    // IndexBase::replace.
    std::optional<Entry> put(std::string_view key, IndexHash hash, const Entry& entry, bool may_move, Place& place);
    std::optional<Entry> erase(std::string_view key, IndexHash hash, Place& place);

    std::size_t size() const { return base_->size() - hidden_.count() + delta_.size(); }
    std::size_t memory_bytes() const;
    // How many changes wait to be merged.
    std::size_t changes() const { return delta_.size() > hidden_.count() ? delta_.size() : hidden_.count(); }
    // What it shows, as bases of about the same size with at most `most` keys each; none if it shows nothing. Each
    // entry goes through `change` first.
    std::vector<IndexBase> merged(std::size_t most, const std::function<void(Entry&)>& change = {}) const;
    void visit(const std::function<void(const Entry&)>& visitor) const;  // every entry, in the order of keys

    const IndexBase& base() const { return *base_; }
    const RankSet& hidden() const { return hidden_; }
    const IndexDelta& delta() const { return delta_; }

private:
    IndexPart(const IndexPart&) = default;
    bool changes_base() const { return !frozen_ && base_->replaceable(); }
    const std::optional<IndexBase::Found>& look_in_base(std::string_view key, IndexHash hash, Place& place) const;
    const std::optional<std::size_t>& look_in_delta(std::string_view key, IndexHash hash, Place& place) const;

    std::shared_ptr<IndexBase> base_;
    mutable bool frozen_ = false;    // the base
    std::uint64_t base_state_ = 1;   // counting the entries that were replaced in it
    RankSet hidden_;                 // ranks in the base whose keys were erased or are in the delta
    std::uint64_t delta_state_ = 1;  // counting the keys that came and went
    IndexDelta delta_;
};

}  // namespace bytestore
