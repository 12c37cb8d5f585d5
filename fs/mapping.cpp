#include "fs/mapping.h"

#include <fmt/format.h>
#include <utf8.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

namespace bytestore::fs {

namespace {

constexpr char kEscape = '%';
constexpr std::string_view kAliasStart = "key-";  // behind the '%'
constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kMaxHead = 200;
constexpr std::size_t kLongestCharacter = 4;  // bytes of one character in UTF-8

struct SpecialName {
    std::string_view segment;
    std::string_view name;
};
constexpr std::array kSpecialNames{SpecialName{"", "%empty"}, SpecialName{".", "%dot"}, SpecialName{"..", "%dotdot"}};

// ASCII that means the same in both forms. Looked up, for every name of a listing is.
constexpr auto kPlainBytes = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = 1; c < 0x80; ++c) {
        plain[c] = c != ':' && c != '/';
    }
    return plain;
}();

// Between key form and name form, in either direction.
std::string swapped(std::string_view text)
{
    std::string result(text);
    for (char& c : result) {
        c = c == ':' ? '/' : c == '/' ? ':' : c;
    }
    return result;
}

bool is_alias_body(std::string_view body)
{
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    const std::size_t dash = kAliasStart.size() + kHashDigits;
    return body.starts_with(kAliasStart) && body.size() > dash && body[dash] == '-' &&
           std::ranges::all_of(body.substr(kAliasStart.size(), kHashDigits), is_digit);
}

std::string_view head_of_alias(std::string_view alias)
{
    return alias.substr(1 + kAliasStart.size() + kHashDigits + 1);
}

// Whether a segment that reads `name` in name form would be taken for something else, and is shown with one more '%'.
bool needs_escape(std::string_view name, bool in_root)
{
    const std::string_view body = name.substr(std::min(name.find_first_not_of(kEscape), name.size()));
    if (body == kControlName) {
        return in_root;
    }
    const bool is_word = body == "empty" || body == "dot" || body == "dotdot" || body == "value";
    return body.size() < name.size() && (is_word || is_alias_body(body));
}

std::string alias_of_segment(std::string_view segment)
{
    std::string_view head = segment.substr(0, std::min(segment.find('\0'), kMaxHead));
    head = head.substr(0, utf8::find_invalid(head));  // a character that the limit cut in two
    const XXH128_hash_t hash = XXH3_128bits(segment.data(), segment.size());
    return fmt::format("%{}{:016x}{:016x}-{}", kAliasStart, hash.high64, hash.low64, swapped(head));
}

Status check_name(std::string_view name)
{
    if (name.size() > kMaxName) {
        return fail(Errc::name_too_long, fmt::format("{}: the name is longer than {} bytes", name, kMaxName));
    }
    if (!utf8::is_valid(name)) {
        return fail(Errc::not_utf8, fmt::format("{}: the name is not valid UTF-8", name));
    }
    if (name.empty() || name == "." || name == ".." || name.find_first_of(std::string_view("/\0", 2)) != name.npos) {
        return fail(Errc::invalid, fmt::format("'{}' is not a name", name));
    }
    return {};
}

// A head well below the limit was ended by a U+0000; with it, the search skips all keys that only start like the head.
Result<ParsedName> parse_alias(std::string_view alias)
{
    std::string start = swapped(head_of_alias(alias));
    if (start.size() > kMaxHead) {
        return fail(Errc::invalid, fmt::format("{}: no key has this alias", alias));
    }
    if (start.size() + kLongestCharacter <= kMaxHead) {
        start += '\0';
    }
    return ParsedName{ParsedName::Type::alias, std::move(start)};
}

// The segment that one component of a path shows under the directory `key`.
Result<std::string> segment_of_component(std::string_view component, const ParsedName& parsed,
                                         std::optional<std::string_view> key, const ResolveAlias& resolve_alias)
{
    if (parsed.type == ParsedName::Type::control) {
        return fail(Errc::invalid, fmt::format("{} shows no key", component));
    }
    if (parsed.type == ParsedName::Type::segment) {
        return parsed.segment;
    }
    std::optional<std::string> segment = resolve_alias(child_prefix(key), parsed.segment, component);
    if (!segment) {
        return fail(Errc::not_found, fmt::format("{}: no key has this alias", component));
    }
    return std::move(*segment);
}

}  // namespace

bool is_alias(std::string_view name)
{
    return name.starts_with(kEscape) && is_alias_body(name.substr(1));
}

bool is_marker(std::string_view key)
{
    return key == kMarkerSegment || key.ends_with(std::string_view(":\0", 2));
}

std::string marker_key(std::optional<std::string_view> directory_key)
{
    return join_key(directory_key, kMarkerSegment);
}

bool has_reserved_segment(std::string_view key)
{
    return key.starts_with('\0') || key.find(std::string_view(":\0", 2)) != key.npos;
}

bool is_plain(std::string_view text)
{
    const auto is_plain_byte = [](char c) { return kPlainBytes[static_cast<unsigned char>(c)]; };
    return !text.empty() && text.size() <= kMaxName && text.front() != kEscape && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), is_plain_byte);
}

std::string name_of_segment(std::string_view segment, bool in_root)
{
    if (is_plain(segment)) {
        return std::string(segment);
    }
    const auto* special = std::ranges::find(kSpecialNames, segment, &SpecialName::segment);
    if (special != kSpecialNames.end()) {
        return std::string(special->name);
    }
    std::string name = swapped(segment);
    if (needs_escape(name, in_root)) {
        name.insert(name.begin(), kEscape);
    }
    const bool fits = name.size() <= kMaxName && segment.find('\0') == segment.npos;
    return fits ? name : alias_of_segment(segment);
}

Result<ParsedName> parse_name(std::string_view name, bool in_root)
{
    if (is_plain(name)) {
        return ParsedName{ParsedName::Type::segment, std::string(name)};
    }
    TRY(check_name(name));
    if (in_root && name == kControlName) {
        return ParsedName{ParsedName::Type::control, {}};
    }
    if (name == kValueName) {
        if (in_root) {
            return fail(Errc::invalid, fmt::format("{} in the root shows no key", name));
        }
        return ParsedName{ParsedName::Type::value, {}};
    }
    const auto* special = std::ranges::find(kSpecialNames, name, &SpecialName::name);
    if (special != kSpecialNames.end()) {
        return ParsedName{ParsedName::Type::segment, std::string(special->segment)};
    }
    if (is_alias(name)) {
        return parse_alias(name);
    }
    const bool escaped = name.starts_with(kEscape) && needs_escape(name.substr(1), in_root);
    return ParsedName{ParsedName::Type::segment, swapped(escaped ? name.substr(1) : name)};
}

bool alias_names(std::string_view alias, std::string_view segment, bool in_root)
{
    return is_alias(alias) && name_of_segment(segment, in_root) == alias;
}

std::string join_key(std::optional<std::string_view> directory_key, std::string_view segment)
{
    std::string key = child_prefix(directory_key);
    key += segment;
    return key;
}

std::string child_prefix(std::optional<std::string_view> directory_key)
{
    std::string prefix;
    if (directory_key) {
        prefix.reserve(directory_key->size() + 1);
        prefix.append(*directory_key).push_back(':');
    }
    return prefix;
}

std::string path_of_key(std::string_view key, const HasChildren& has_children)
{
    std::string path;
    for (std::size_t begin = 0; begin <= key.size();) {
        const std::size_t end = std::min(key.find(':', begin), key.size());
        path += path.empty() ? "" : "/";
        path += name_of_segment(key.substr(begin, end - begin), begin == 0);
        begin = end + 1;
    }
    if (has_children(key)) {
        path.append("/").append(kValueName);
    }
    return path;
}

Result<std::string> key_of_path(std::string_view path, const ResolveAlias& resolve_alias)
{
    std::optional<std::string> key;
    bool at_value = false;
    for (const auto part : std::views::split(path, '/')) {
        const std::string_view component(part.begin(), part.end());
        if (component.empty()) {
            continue;
        }
        if (at_value) {
            return fail(Errc::invalid, fmt::format("{}: {} is not a directory", path, kValueName));
        }
        TRY_ASSIGN(const ParsedName parsed, parse_name(component, !key));
        at_value = parsed.type == ParsedName::Type::value;
        if (!at_value) {
            TRY_ASSIGN(const std::string segment, segment_of_component(component, parsed, key, resolve_alias));
            key = key ? std::move(*key) + ':' + segment : segment;
        }
    }
    if (!key || is_marker(*key)) {
        return fail(Errc::invalid, fmt::format("{}: shows no key", path));
    }
    return std::move(*key);
}

}  // namespace bytestore::fs
