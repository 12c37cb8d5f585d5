#include "engine/index/index_cursor.h"

namespace bytestore {

void IndexCursor::next()
{
    cursor_->next();
    leave_empty_parts();
}

void IndexCursor::seek(std::string_view key)
{
    const std::size_t part = parts_.part_of(key);
    if (cursor_ && part == part_) {
        cursor_->seek(key);
    } else {
        part_ = part;
        const IndexPart& entered = parts_[part];
        cursor_.emplace(entered.base(), entered.hidden(), entered.delta(), key);
    }
    leave_empty_parts();
}

void IndexCursor::enter(std::size_t part)
{
    part_ = part;
    const IndexPart& entered = parts_[part];
    cursor_.emplace(entered.base(), entered.hidden(), entered.delta());
}

void IndexCursor::leave_empty_parts()
{
    while (!cursor_->valid() && part_ + 1 < parts_.size()) {
        enter(part_ + 1);
    }
}

}  // namespace bytestore
