// Walks forward over all parts of an index.
#pragma once

#include "engine/index/index_parts.h"
#include "engine/index/merged_cursor.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace bytestore {

class IndexCursor {
public:
    // Not valid before the first seek. `parts` outlives it, unchanged.
    explicit IndexCursor(const IndexParts& parts)
        : parts_(parts)
    {
    }

    bool valid() const { return cursor_ && cursor_->valid(); }
    // Of the current entry, while valid(); a move ends the life of the key.
    std::string_view key() const { return cursor_->key(); }
    Entry entry() const { return cursor_->entry(); }
    Kind kind() const { return cursor_->kind(); }

    void next();  // while valid()
    // To the first entry whose key is not below `key`, in either direction.
    void seek(std::string_view key);

private:
    void enter(std::size_t part);
    void leave_empty_parts();

    const IndexParts& parts_;
    std::size_t part_ = 0;
    std::optional<MergedCursor> cursor_;  // over that part
};

}  // namespace bytestore
