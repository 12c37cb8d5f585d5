#include "engine/log/segment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bytestore {
namespace {

constexpr std::string_view kPrefix = "log-";
constexpr std::string_view kSuffix = ".dat";
constexpr std::size_t kDigits = 20;

}  // namespace

std::string segment_name(std::uint64_t number)
{
    return fmt::format("{}{:020}{}", kPrefix, number, kSuffix);
}

std::optional<std::uint64_t> segment_number(std::string_view name)
{
    if (name.size() != kPrefix.size() + kDigits + kSuffix.size() || !looks_like_segment(name)) {
        return std::nullopt;
    }
    const auto digits = name.substr(kPrefix.size(), kDigits);
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc()) {
        return std::nullopt;
    }
    return number;
}

bool looks_like_segment(std::string_view name)
{
    return name.starts_with(kPrefix) && name.ends_with(kSuffix);
}

}  // namespace bytestore
