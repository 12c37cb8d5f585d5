#include "fs/control/log_level_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace bytestore::fs {
namespace {

// In the order of LogLevel.
constexpr auto kNames = std::to_array<std::string_view>({"trace", "debug", "info", "warning", "error"});

constexpr char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

}  // namespace

std::string_view log_level_name(LogLevel level)
{
    return kNames.at(static_cast<std::size_t>(level));
}

Result<LogLevel> parse_log_level(std::string_view name)
{
    const auto found = std::ranges::find_if(
        kNames, [name](std::string_view known) { return std::ranges::equal(name, known, {}, lower); });
    if (found == kNames.end()) {
        return fail(Errc::invalid, fmt::format("takes one of {}", fmt::join(kNames, ", ")));
    }
    return static_cast<LogLevel>(found - kNames.begin());
}

}  // namespace bytestore::fs
