// Keys and paths: every key has exactly one path, and every path exactly one key.
//
// A key's ':' is the path's '/', and a key's '/' is the file name's ':'. Key segments that a file name cannot be are
// whole names that start with '%'; bytestore(7) has the table. The functions here are pure: what depends on the store
// (does the key have keys under it, which segment does an alias name) is asked through two small callbacks.
//
// Keys are valid UTF-8, so that the names of their segments are, too. `in_root` says that a segment is the first of its
// key, or that a name lies in the root of the mount.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace bytestore::fs {

inline constexpr std::size_t kMaxName = 255;
inline constexpr std::string_view kValueName = "%value";      // the value of a key that is also a directory
inline constexpr std::string_view kControlName = ".control";  // in the root

// Markers and other reserved segments start with U+0000. A directory's marker is its key prefix and this segment.
inline constexpr std::string_view kMarkerSegment{"\0", 1};

// Whether `key` is the marker of a directory: "\0", or anything that ends in ":\0".
bool is_marker(std::string_view key);
// The marker of a directory (nullopt is the root; "" is the directory `%empty` in it).
std::string marker_key(std::optional<std::string_view> directory_key);
// Whether any segment of `key` starts with U+0000 (so that Set refuses it from outside).
bool has_reserved_segment(std::string_view key);

// Whether a segment and the name that shows it are surely the same text. Most are.
bool is_plain(std::string_view text);

// The file name that shows `segment` (any bytes but ':'). Never empty, '.', '..', longer than 255 bytes, and holds
// neither '/' nor U+0000. Segments of one directory never share a name. A marker's segment has a name as well, for an
// older store may hold keys under it; it is for the caller to leave a marker out.
std::string name_of_segment(std::string_view segment, bool in_root);

struct ParsedName {
    enum class Type : std::uint8_t {
        segment,  // an ordinary name; `segment` is the key segment that it shows
        value,    // %value
        alias,    // %key-...: `segment` is what every segment with this alias starts with, to seek the full one with
        control,  // .control in the root
    };
    Type type = Type::segment;
    std::string segment;
};

// The reverse. Errc::not_utf8 for a name that is not UTF-8, Errc::name_too_long over 255 bytes, Errc::invalid for what
// shows nothing (%value in the root; a name that no segment has). `%empty` in the root is the empty segment, like
// everywhere (it may be the first of `:a`, and is the empty key itself only as a file). An alias that parses need not
// be one of any key.
Result<ParsedName> parse_name(std::string_view name, bool in_root);

// Whether it has the form of an alias.
bool is_alias(std::string_view name);
// Whether `alias` (a %key- name) is the name of `segment`. Where a segment can be shown without an alias, it has none.
bool alias_names(std::string_view alias, std::string_view segment, bool in_root);

// Joins a directory's key (nullopt is the root; "" is the directory `%empty` in it) and a segment.
std::string join_key(std::optional<std::string_view> directory_key, std::string_view segment);
// The prefix that all keys under directory `directory_key` have: "" for the root (nullopt), else the key and ':'.
std::string child_prefix(std::optional<std::string_view> directory_key);

// Whether keys other than markers, or a marker, stand under `key` (then it is a directory, and its value is `%value`).
using HasChildren = std::function<bool(std::string_view key)>;

// Finds the segment with `alias_names(alias, segment, prefix.empty())` among the keys that start with `prefix`, which
// is empty or ends in ':'. All candidates lie under `prefix` + `start`. Nothing: no key has this alias.
using ResolveAlias =
    std::function<std::optional<std::string>(std::string_view prefix, std::string_view start, std::string_view alias)>;

// The path of `key` (not a marker: those have none) below the mount point, without a leading '/'.
std::string path_of_key(std::string_view key, const HasChildren& has_children);

// The key that `path` shows, whether or not it exists; `path` is below the mount point, and may have '/' in front, at
// the end, and repeated. Errc::invalid for the root, `.control`, a marker, '.' and '..', and what shows no key;
// Errc::not_found for an alias of no known key; otherwise the errors of parse_name.
Result<std::string> key_of_path(std::string_view path, const ResolveAlias& resolve_alias);

}  // namespace bytestore::fs
