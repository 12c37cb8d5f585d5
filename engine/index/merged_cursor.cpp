#include "engine/index/merged_cursor.h"

namespace bytestore {

MergedCursor::MergedCursor(const IndexBase& base, const RankSet& hidden, const IndexDelta& delta)
    : base_(base), hidden_(&hidden), delta_(&delta)
{
    skip_hidden();
    choose();
}

MergedCursor::MergedCursor(const IndexBase& base, const RankSet& hidden, const IndexDelta& delta, std::string_view key)
    : base_(base, key), hidden_(&hidden), delta_(&delta), next_change_(delta.lower_bound(key))
{
    skip_hidden();
    choose();
}

void MergedCursor::next()
{
    if (in_delta_) {
        ++next_change_;
    } else {
        base_.next();
        skip_hidden();
    }
    choose();
}

void MergedCursor::seek(std::string_view key)
{
    base_.seek(key);
    skip_hidden();
    next_change_ = delta_->lower_bound(key);
    choose();
}

void MergedCursor::skip_hidden()
{
    if (base_.valid() && hidden_->contains(base_.rank())) {
        base_.skip_to(hidden_->next_absent(base_.rank()));
    }
}

void MergedCursor::choose()
{
    in_delta_ = next_change_ < delta_->size() && (!base_.valid() || delta_->key(next_change_) < base_.key());
}

}  // namespace bytestore
