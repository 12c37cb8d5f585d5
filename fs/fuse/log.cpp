#include "fs/fuse/log.h"

#include "fs/fuse/fuse_api.h"

#include <fuse_log.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore::fuse {
namespace {

constexpr const char* kName = "bytestore-mount";
constexpr std::string_view kFusePrefix = "fuse: ";

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
    std::unreachable();
}

spdlog::level::level_enum level_of(fuse_log_level level)
{
    switch (level) {
        case FUSE_LOG_WARNING:
            return spdlog::level::warn;
        case FUSE_LOG_NOTICE:
        case FUSE_LOG_INFO:
            return spdlog::level::info;
        case FUSE_LOG_DEBUG:
            return spdlog::level::debug;
        default:
            return spdlog::level::err;
    }
}

struct FuseMessage {
    std::mutex mutex;
    std::string text;     // guarded by mutex
    bool speaks = false;  // guarded by mutex
};

FuseMessage& fuse_message()
{
    static FuseMessage message;
    return message;
}

std::string_view without_frame(std::string_view text)
{
    if (text.starts_with(kFusePrefix)) {
        text.remove_prefix(kFusePrefix.size());
    }
    while (text.ends_with('\n')) {
        text.remove_suffix(1);
    }
    return text;
}

[[gnu::format(printf, 2, 0)]] void on_fuse_log(fuse_log_level level, const char* format, va_list values)
{
    std::array<char, 4096> buffer{};
    std::vsnprintf(buffer.data(), buffer.size(), format, values);
    const std::string_view text = without_frame(buffer.data());
    const std::lock_guard lock(fuse_message().mutex);
    spdlog::log(fuse_message().speaks ? level_of(level) : spdlog::level::debug, text);
    if (level > FUSE_LOG_WARNING) {
        return;
    }
    try {
        fuse_message().text = text;
    } catch (const std::bad_alloc&) {  // libfuse is no place to throw through
        fuse_message().text.clear();
    }
}

}  // namespace

void start_log(bool background, bool verbose)
{
    auto terminal = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    terminal->set_pattern("%n: %l: %v");
    std::vector<spdlog::sink_ptr> sinks{terminal};
    if (background) {
        terminal->set_level(spdlog::level::warn);
        sinks.push_back(std::make_shared<spdlog::sinks::syslog_sink_mt>(kName, LOG_PID, LOG_DAEMON, false));
    }
    auto logger = std::make_shared<spdlog::logger>(kName, sinks.begin(), sinks.end());
    logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
    fuse_set_log_func(on_fuse_log);
}

LogLevel log_level()
{
    const auto current = spdlog::get_level();
    for (const auto level : {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning}) {
        if (level_of(level) == current) {
            return level;
        }
    }
    return LogLevel::error;
}

void set_log_level(LogLevel level)
{
    spdlog::default_logger_raw()->set_level(level_of(level));
}

LogFunction store_log()
{
    return [](LogLevel level, const std::string& text) { spdlog::log(level_of(level), text); };
}

std::string last_fuse_message()
{
    const std::lock_guard lock(fuse_message().mutex);
    return fuse_message().text;
}

void let_fuse_speak()
{
    const std::lock_guard lock(fuse_message().mutex);
    fuse_message().speaks = true;
}

}  // namespace bytestore::fuse
