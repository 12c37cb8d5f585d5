// What kvs prints with --json. kvs(1) documents the members; they may become more, and do not change.
#pragma once

#include "tools/lookup.h"

#include <string>
#include <string_view>

namespace bytestore::tools {

// Each is one line, with its newline.
std::string json_line(std::string_view key);
std::string json_line(std::string_view key, const Value& value);

}  // namespace bytestore::tools
