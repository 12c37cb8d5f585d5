#include "fs/fuse/option_values.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

namespace bytestore::fuse {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc{} || rest != text.end()) {
        return std::nullopt;
    }
    return value;
}

unsigned suffix_shift(std::string_view text)
{
    switch (text.empty() ? '\0' : text.back()) {
        case 'K':
            return 10;
        case 'M':
            return 20;
        case 'G':
            return 30;
        default:
            return 0;
    }
}

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t least, std::uint64_t most)
{
    const auto value = whole_number(text);
    if (!value || *value < least || *value > most) {
        return fail(Errc::invalid, fmt::format("wants a number from {} to {}", least, most));
    }
    return *value;
}

Result<std::uint64_t> parse_bytes(std::string_view text, std::uint64_t least, std::uint64_t most)
{
    const unsigned shift = suffix_shift(text);
    const auto value = whole_number(shift == 0 ? text : text.substr(0, text.size() - 1));
    // Comparing before the shift keeps a huge number from wrapping into the range.
    if (!value || *value > most >> shift || *value << shift < least) {
        return fail(Errc::invalid, fmt::format("wants bytes from {} to {}, or a number with K, M or G", least, most));
    }
    return *value << shift;
}

Result<SyncMode> parse_sync_mode(std::string_view text)
{
    for (const auto mode : {SyncMode::always, SyncMode::interval, SyncMode::never}) {
        if (text == sync_mode_name(mode)) {
            return mode;
        }
    }
    return fail(Errc::invalid, "wants always, interval or never");
}

std::string_view sync_mode_name(SyncMode mode)
{
    switch (mode) {
        case SyncMode::always:
            return "always";
        case SyncMode::interval:
            return "interval";
        case SyncMode::never:
            return "never";
    }
    std::unreachable();
}

}  // namespace bytestore::fuse
