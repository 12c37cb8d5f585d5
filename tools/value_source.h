// Where the value of `kvs set` comes from.
#pragma once

#include "engine/result.h"
#include "tools/cli.h"

#include <cstdint>
#include <istream>
#include <string>

namespace bytestore::tools {

// The value that the command names, read to its end as bytes. Errc::too_large as soon as it is longer than `limit`
// bytes.
Result<std::string> read_value(const SetCommand& command, std::istream& standard_input, std::uint64_t limit);

}  // namespace bytestore::tools
