// Walks forward over what a part of an index shows: the base without its hidden entries, and the delta. The two have no
// key in common.
#pragma once

#include "engine/index/delta.h"
#include "engine/index/index_base.h"
#include "engine/index/rank_set.h"

#include <cstddef>
#include <string_view>

namespace bytestore {

class MergedCursor {
public:
    // At the first entry. What it is given must outlive it, unchanged.
    MergedCursor(const IndexBase& base, const RankSet& hidden, const IndexDelta& delta);
    // Where seek(key) goes.
    MergedCursor(const IndexBase& base, const RankSet& hidden, const IndexDelta& delta, std::string_view key);

    bool valid() const { return in_delta_ || base_.valid(); }
    // Of the current entry, while valid(); a move ends the life of the key.
    std::string_view key() const { return in_delta_ ? change_key_ : base_.key(); }
    Entry entry() const { return in_delta_ ? delta_->entry(next_change_) : base_.entry(); }
    Kind kind() const { return in_delta_ ? delta_->entry(next_change_).kind : base_.kind(); }
    // Where the current entry is in the base; null if it is in the delta.
    const IndexBase::Cursor* in_base() const { return in_delta_ ? nullptr : &base_; }

    void next();  // while valid()
    // To the first entry whose key is not below `key`, in either direction.
    void seek(std::string_view key);

private:
    void skip_hidden();
    void go_to_change(std::size_t position);
    void choose();

    IndexBase::Cursor base_;
    const RankSet* hidden_;
    const IndexDelta* delta_;
    std::size_t next_change_ = 0;  // in the delta
    std::string_view change_key_;  // its key, if there is one
    bool in_delta_ = false;        // whether the current entry is that one
};

}  // namespace bytestore
