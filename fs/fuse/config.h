// The options in effect, as .control/config shows them.
#pragma once

#include "fs/fuse/options.h"

#include <string>

namespace bytestore::fuse {

// A line for each, as -o takes it: `name=value`, or the name alone. Joined by commas they are one argument of -o that
// means the same. Commas, backslashes and control characters in a value are escaped.
std::string config_text(const MountOptions& options);

}  // namespace bytestore::fuse
