// .control/log-level: how much the daemon's log says.
#pragma once

#include "engine/options.h"
#include "engine/result.h"

#include <functional>
#include <string_view>

namespace bytestore::fs {

// The level of the daemon's log. Both are called from any thread.
struct LogLevelControl {
    std::function<LogLevel()> get;
    std::function<void(LogLevel)> set;
};

std::string_view log_level_name(LogLevel level);
// Upper and lower case are the same. Errc::invalid tells the names.
Result<LogLevel> parse_log_level(std::string_view name);

}  // namespace bytestore::fs
