#include "engine/index/merged_cursor.h"

namespace bytestore {

MergedCursor::MergedCursor(const IndexBase& base, const RankSet& hidden, const IndexDelta& delta)
    : base_(base), hidden_(&hidden), delta_(&delta)
{
    skip_hidden();
    go_to_change(0);
    choose();
}

MergedCursor::MergedCursor(const IndexBase& base, const RankSet& hidden, const IndexDelta& delta, std::string_view key)
    : base_(base, key), hidden_(&hidden), delta_(&delta)
{
    skip_hidden();
    go_to_change(delta.lower_bound(key));
    choose();
}

void MergedCursor::next()
{
    if (in_delta_) {
        go_to_change(next_change_ + 1);
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
    go_to_change(delta_->lower_bound(key));
    choose();
}

void MergedCursor::skip_hidden()
{
    if (base_.valid() && hidden_->contains(base_.rank())) {
        base_.skip_to(hidden_->next_absent(base_.rank()));
    }
}

void MergedCursor::go_to_change(std::size_t position)
{
    next_change_ = position;
    change_key_ = position < delta_->size() ? delta_->key(position) : std::string_view();
}

void MergedCursor::choose()
{
    in_delta_ = next_change_ < delta_->size() && (!base_.valid() || change_key_ < base_.key());
}

}  // namespace bytestore
