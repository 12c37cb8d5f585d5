#pragma once

#include "engine/io/file.h"
#include "engine/result.h"
#include "engine/snapshot/snapshot.h"

namespace bytestore {

// Puts `snapshot`, all of whose base is in memory, in the place of the one in `directory`; not synced, see
// engine/snapshot/snapshot.h. On an error the one before stands. Errc::no_space if the disk has little more than the
// room it takes, which is left to the log.
Status write_snapshot(Directory& directory, const Snapshot& snapshot);

}  // namespace bytestore
