#include "engine/index/index.h"
#include "engine/index/listing.h"
#include "engine/index/merged_cursor.h"

namespace bytestore {

std::vector<ListItem> Index::list(const ListRequest& request) const
{
    MergedCursor cursor(*base_, hidden_, delta_);
    return list_items(cursor, request);
}

bool Index::any(std::string_view prefix) const
{
    MergedCursor cursor(*base_, hidden_, delta_);
    cursor.seek(prefix);
    return cursor.valid() && cursor.key().starts_with(prefix);
}

}  // namespace bytestore
