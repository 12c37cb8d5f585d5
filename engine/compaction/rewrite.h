// Writes the segment that takes the place of others: what in them is still their keys' last word, with fresh checksums.
#pragma once

#include "engine/log/catalog.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

namespace bytestore {

struct Rewrite {
    Catalog::Replacement replacement;
    std::uint64_t records_dropped = 0;
};

// Copies the records of `inputs` (sealed, in the order of their numbers) that the catalog still needs into a temporary
// file of `directory`, under a header that names `prev`, seals it and syncs it. Nothing of the log has changed then.
// With several inputs every Delete of a key that is not bound is kept, since the files it hides Sets of are still
// there. Errc::damaged names the line that fails its checksum; Errc::busy if it was given up.
Result<Rewrite> write_replacement(Directory& directory, const Catalog& catalog,
                                  const std::vector<Catalog::SegmentView>& inputs, std::optional<std::uint64_t> prev,
                                  const std::stop_token& given_up);

}  // namespace bytestore
