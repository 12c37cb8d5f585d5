// Snapshots with checksums that are right, and the store that they may be of.
#pragma once

#include "tests/fuzz/held_files.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore::fuzz {

// The bytes, with those sums made right that stand where a snapshot has them.
std::string forged_snapshot(std::string_view bytes);

// A store of several pages of keys, always the same, with the snapshot that it writes.
const HeldFiles::Content& sample_store();

// Whether that store ever bound the key to the value.
bool was_written(const std::string& key, const std::string& value);

// What the sample store shows to a reader who finds `snapshot` beside it (none if that is empty), loaded whole and on
// demand: both the same. No value: it cannot be read.
std::map<std::string, std::optional<std::string>> content_beside(const std::string& snapshot);

}  // namespace bytestore::fuzz
