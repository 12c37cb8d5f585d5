// .control/apply: an ApplyStream for each handle. What has not been applied when the handle is released is discarded.
// Until then it takes of the limit: a write that goes beyond is Errc::no_space, and nothing of it was taken.
#pragma once

#include "fs/apply/apply_stream.h"
#include "fs/control/control_file.h"
#include "fs/memory_limit.h"

#include <memory>

namespace bytestore::fs {

std::unique_ptr<ControlWriter> make_apply_writer(const ApplyTarget& target, MemoryLimit& limit);

}  // namespace bytestore::fs
