// Cuts off what a crash left half written at the end of the log, keeping a copy.
#pragma once

#include "engine/io/file.h"

#include <cstdint>
#include <string>

namespace bytestore {

// Copies the bytes of `name` from `at` to `size` into a new file "<name>.torn-<UTC time>", syncs the copy and the
// directory, then truncates `file` and syncs it. Returns the copy's name. On error before the truncation nothing has
// changed.
Result<std::string> cut_torn_tail(Directory& directory, const std::string& name, File& file, std::uint64_t at,
                                  std::uint64_t size);

}  // namespace bytestore
