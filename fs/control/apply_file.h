// .control/apply: an ApplyStream for each handle. What has not been applied when the handle is released is discarded.
#pragma once

#include "fs/apply/apply_stream.h"
#include "fs/control/control_file.h"

#include <memory>

namespace bytestore::fs {

std::unique_ptr<ControlWriter> make_apply_writer(const ApplyTarget& target);

}  // namespace bytestore::fs
