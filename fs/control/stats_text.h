// A store's statistics, as `kvs stats` and .control show them.
#pragma once

#include "engine/store.h"

#include <string>

namespace bytestore::fs {

// The text of the first ByteStore, line for line; with a line more if the store takes no writes.
std::string stats_text(const Stats& stats);
// All of them, as one JSON object and a newline; bytestore(7) lists the members.
std::string stats_json(const Stats& stats);

}  // namespace bytestore::fs
