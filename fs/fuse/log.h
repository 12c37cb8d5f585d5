// Where the daemon's messages go: lines on stderr, and in the background also syslog(3).
#pragma once

#include "engine/options.h"

#include <string>

namespace bytestore::fuse {

// Sets up spdlog's default logger, and takes libfuse's messages into it. In the background stderr gets warnings and
// errors only; it is the terminal until the start has succeeded. To be called once, after the last fork.
void start_log(bool background, bool verbose);

// The least level that is logged. Both may be called from any thread, after start_log.
LogLevel log_level();
void set_log_level(LogLevel level);

// For Options::log.
LogFunction store_log();

// The last warning or error of libfuse, on one line; empty if there was none. Its calls report no more than that they
// failed, so this becomes part of an error. Up to let_fuse_speak() libfuse's messages are logged for debugging only.
std::string last_fuse_message();
void let_fuse_speak();

}  // namespace bytestore::fuse
