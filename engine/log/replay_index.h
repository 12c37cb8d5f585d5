#pragma once

#include "engine/index/index.h"
#include "engine/log/catalog.h"

#include <optional>
#include <vector>

namespace bytestore {

// The entry of a Set that stands at a place in the log; `file_mtime` is the time of one that carries none.
Entry entry_of(std::uint32_t slot, std::uint64_t offset, std::uint64_t length, const format::Line& line,
               std::int64_t file_mtime);

// Builds the index of a catalog anew from the segments that it holds, as far as their sizes say; with `end` the record
// at that place and what stands behind it in its segment, the last one, is left out. Errors: as recovery gives them.
Result<Index> replay_index(const std::vector<Catalog::SegmentView>& segments, const std::optional<Entry>& end);

}  // namespace bytestore
