// What kvs prints with --json. kvs(1) documents the members; they may become more, and do not change.
#pragma once

#include "engine/log/finding.h"
#include "engine/maintenance/repair.h"
#include "engine/maintenance/verify.h"
#include "tools/lookup.h"

#include <string>
#include <string_view>

namespace bytestore::tools {

// Each is one line, with its newline.
std::string json_line(std::string_view key);
std::string json_line(std::string_view key, const Value& value);
std::string json_line(const Finding& finding);
std::string json_line(const VerifyReport& report);
std::string json_line(const RepairReport& report);

// "notice", "warning" or "damage".
std::string_view severity_name(Finding::Severity severity);

}  // namespace bytestore::tools
