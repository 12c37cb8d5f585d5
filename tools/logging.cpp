#include "tools/logging.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <string>

namespace bytestore::tools {
namespace {

spdlog::level::level_enum level_of(LogLevel level)
{
    switch (level) {
        case LogLevel::trace:
            return spdlog::level::trace;
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

spdlog::level::level_enum threshold(int verbosity)
{
    if (verbosity >= 2) {
        return spdlog::level::trace;
    }
    return verbosity == 1 ? spdlog::level::info : spdlog::level::warn;
}

}  // namespace

LogFunction make_log(std::ostream& err, int verbosity)
{
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(err, true);
    const auto logger = std::make_shared<spdlog::logger>("kvs", sink);
    logger->set_pattern("kvs: %l: %v");
    logger->set_level(threshold(verbosity));
    return [logger](LogLevel level, const std::string& text) { logger->log(level_of(level), text); };
}

}  // namespace bytestore::tools
