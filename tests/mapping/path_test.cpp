#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "fs/mapping.h"
#include "tests/mapping/odd_keys.h"
#include "tests/mapping/words.h"

namespace bytestore::fs {
namespace {

// Keys and markers in order, which answer what the mapping asks of a store.
class KeySet {
public:
    explicit KeySet(std::set<std::string> keys)
        : keys_(std::move(keys))
    {
    }

    std::string path(const std::string& key) const
    {
        return path_of_key(key, [this](std::string_view asked) { return has_children(asked); });
    }

    Result<std::string> key(const std::string& path) const
    {
        return key_of_path(path, std::bind_front(&KeySet::resolve, this));
    }

    std::string key_or_message(const std::string& path) const
    {
        const Result<std::string> found = key(path);
        return found ? *found : found.error().message;
    }

    const std::set<std::string>& keys() const { return keys_; }

    bool has_children(std::string_view key) const
    {
        const std::string prefix = child_prefix(key);
        const auto first = keys_.lower_bound(prefix);
        return first != keys_.end() && first->starts_with(prefix);
    }

private:
    std::optional<std::string> resolve(std::string_view prefix, std::string_view start, std::string_view alias) const
    {
        const std::string from = std::string(prefix) += start;
        for (auto it = keys_.lower_bound(from); it != keys_.end() && it->starts_with(from); ++it) {
            std::string segment = it->substr(prefix.size(), it->find(':', prefix.size()) - prefix.size());
            if (alias_names(alias, segment, prefix.empty())) {
                return segment;
            }
        }
        return std::nullopt;
    }

    std::set<std::string> keys_;
};

std::optional<std::string> no_alias(std::string_view, std::string_view, std::string_view)
{
    return std::nullopt;
}

Words split_path(const std::string& path)
{
    Words parts{""};
    for (const char c : path) {
        if (c == '/') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

// What is wrong with the paths of a set of keys, or nothing: every key that is no marker has a path of its own that
// leads back to it, and no path is both a file and a directory.
std::string fault_of(const KeySet& set)
{
    std::set<std::string> files;
    std::set<std::string> directories;
    for (const std::string& key : set.keys()) {
        if (is_marker(key)) {
            continue;
        }
        const std::string path = set.path(key);
        if (set.key_or_message(path) != key) {
            return "does not lead back: " + testing::PrintToString(key);
        }
        if (!files.insert(path).second) {
            return "a path of two keys: " + path;
        }
        for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
            directories.insert(path.substr(0, slash));
        }
    }
    const auto both = std::ranges::find_if(files, [&](const std::string& file) { return directories.contains(file); });
    return both == files.end() ? "" : "file and directory: " + *both;
}

rc::Gen<std::string> any_key_of(const rc::Gen<std::string>& segment)
{
    return rc::gen::map(rc::gen::container<Words>(segment), [](const Words& parts) { return joined(parts, ":"); });
}

// Few different segments, so that keys have keys under them.
rc::Gen<std::string> any_crowded_key()
{
    return any_key_of(rc::gen::elementOf(Words{"", ".", "%value", "%empty", ".control", "a", kNul, kNul + "x",
                                               std::string(200, 'x') + kNul, std::string(256, 'x')}));
}

TEST(Paths, OfTheOddKeysAreThoseOfTheTable)
{
    std::set<std::string> keys;
    for (const OddKey& odd : odd_keys()) {
        keys.insert(odd.key);
    }
    const KeySet set(std::move(keys));
    EXPECT_EQ(set.keys().size(), 34U);
    for (const OddKey& odd : odd_keys()) {
        EXPECT_EQ(set.path(odd.key), odd.path);
        EXPECT_EQ(set.key_or_message(odd.path), odd.key);
    }
    EXPECT_EQ(fault_of(set), "");
}

TEST(Paths, OfTheEmptyKeyDependOnKeysUnderIt)
{
    EXPECT_EQ(KeySet({""}).path(""), "%empty");
    EXPECT_EQ(KeySet({"", ":a"}).path(""), "%empty/%value");
    EXPECT_EQ(KeySet({"", ":a"}).path(":a"), "%empty/a");
    EXPECT_EQ(KeySet({"", marker_key("")}).path(""), "%empty/%value");
    EXPECT_EQ(KeySet({"", marker_key(std::nullopt), "a"}).path(""), "%empty");
}

TEST(Paths, OfAValueBesideAMarkerOrKeysIsInTheDirectory)
{
    EXPECT_EQ(KeySet({"a", marker_key("a")}).path("a"), "a/%value");
    EXPECT_EQ(KeySet({"a", "a:"}).path("a"), "a/%value");
    EXPECT_EQ(KeySet({"a", "a:"}).path("a:"), "a/%empty");
    EXPECT_EQ(KeySet({"a", "a-b", "a.b", "a1", "ab:c"}).path("a"), "a");
}

TEST(Paths, OfReservedKeysFromAnOlderStoreAreAliases)
{
    const std::string alias = "%key-a6cd5e9392000f6ac44bdff4074eecdb-";
    const KeySet set({"a:" + kNul, "a:" + kNul + "x", "a:" + kNul + ":b", kNul + ":b"});
    EXPECT_EQ(set.path("a:" + kNul + "x"), "a/%key-229e956e01252de000fb4e8d75bf03c0-");
    EXPECT_EQ(set.path("a:" + kNul + ":b"), "a/" + alias + "/b");
    EXPECT_EQ(set.path(kNul + ":b"), alias + "/b");
    EXPECT_EQ(fault_of(set), "");
}

TEST(KeyOfPath, DoesNotAskWhetherTheKeyExists)
{
    const KeySet nothing({});
    EXPECT_EQ(nothing.key_or_message("a/b"), "a:b");
    EXPECT_EQ(nothing.key_or_message("a/%value"), "a");
    EXPECT_EQ(nothing.key_or_message("%empty"), "");
    EXPECT_EQ(nothing.key_or_message("%empty/%value"), "");
    EXPECT_EQ(nothing.key_or_message("a/%empty"), "a:");
    EXPECT_EQ(nothing.key_or_message("%empty/a"), ":a");
    EXPECT_EQ(nothing.key_or_message("12:30.log"), "12/30.log");
}

TEST(KeyOfPath, IgnoresSlashesThatSeparateNothing)
{
    for (const std::string path : {"a/b", "/a/b", "//a//b", "a///b", "a/b/", "/a/b//"}) {
        EXPECT_EQ(KeySet({}).key_or_message(path), "a:b") << path;
    }
}

struct BadPath {
    std::string path;
    Errc code;
};

TEST(KeyOfPath, RefusesWhatShowsNoKey)
{
    const std::string alias = "%key-" + kHash + "-";
    const std::vector<BadPath> rows{
        {"", Errc::invalid},           {"/", Errc::invalid},
        {".", Errc::invalid},          {"./a", Errc::invalid},
        {"a/.", Errc::invalid},        {"a/../b", Errc::invalid},
        {"%value", Errc::invalid},     {"/%value/a", Errc::invalid},
        {"a/%value/b", Errc::invalid}, {"a/%value/%value", Errc::invalid},
        {".control", Errc::invalid},   {"/.control/stats", Errc::invalid},
        {"a/\xFF", Errc::not_utf8},    {"a/" + std::string(256, 'x'), Errc::name_too_long},
        {alias, Errc::not_found},      {"a/" + alias + "/b", Errc::not_found},
        {"a" + kNul, Errc::invalid},   {"a/" + alias + std::string(201, 'x'), Errc::invalid}};
    for (const BadPath& row : rows) {
        const Result<std::string> key = key_of_path(row.path, no_alias);
        ASSERT_FALSE(key) << row.path;
        EXPECT_EQ(key.error().code, row.code) << row.path;
    }
}

TEST(KeyOfPath, RefusesAMarkerButNotTheKeysUnderIt)
{
    const std::string marker = "a/%key-a6cd5e9392000f6ac44bdff4074eecdb-";
    const KeySet set({"a:" + kNul, "a:" + kNul + ":b"});
    for (const std::string& path : {marker, marker + "/%value"}) {
        const Result<std::string> key = set.key(path);
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().code, Errc::invalid);
    }
    EXPECT_EQ(set.key_or_message(marker + "/b"), "a:" + kNul + ":b");
}

TEST(KeyOfPath, AsksForTheSegmentUnderItsDirectoryOnly)
{
    const std::string x256(256, 'x');
    const KeySet set({x256 + ":a", "d:" + x256 + ":a"});
    const std::string alias = name_of_segment(x256, false);
    EXPECT_EQ(set.key_or_message(alias + "/a"), x256 + ":a");
    EXPECT_EQ(set.key_or_message("d/" + alias + "/new"), "d:" + x256 + ":new");
    ASSERT_FALSE(set.key("e/" + alias));
    EXPECT_EQ(set.key("e/" + alias).error().code, Errc::not_found);
}

RC_GTEST_PROP(AnyKeys, HavePathsOfTheirOwnThatLeadBack, ())
{
    const KeySet set(*rc::gen::container<std::set<std::string>>(any_key_of(any_segment())));
    RC_ASSERT(fault_of(set) == "");
}

RC_GTEST_PROP(AnyKeys, HavePathsOfTheirOwnWhereDirectoriesHaveValues, ())
{
    const KeySet set(*rc::gen::container<std::set<std::string>>(any_crowded_key()));
    RC_CLASSIFY(std::ranges::any_of(set.keys(), [&](const std::string& key) { return set.has_children(key); }));
    RC_ASSERT(fault_of(set) == "");
}

RC_GTEST_PROP(AnyKeys, HaveOnePartOfAPathForEachSegment, ())
{
    const std::string key = joined(*rc::gen::nonEmpty(rc::gen::container<Words>(any_segment())), ":");
    const std::size_t segments = 1 + static_cast<std::size_t>(std::ranges::count(key, ':'));
    const bool directory = *rc::gen::arbitrary<bool>();
    const Words parts = split_path(path_of_key(key, [&](std::string_view) { return directory; }));
    RC_ASSERT(parts.size() == segments + (directory ? 1 : 0));
    RC_ASSERT((parts.back() == kValueName) == directory);
}

RC_GTEST_PROP(AnyPath, IsTheOnlyOneOfItsKey, ())
{
    const auto is_segment = [](const std::string& name) {
        const Result<ParsedName> parsed = parse_name(name, true);
        return parsed && parsed->type == ParsedName::Type::segment;
    };
    Words parts = *rc::gen::nonEmpty(rc::gen::container<Words>(rc::gen::suchThat(any_name(), is_segment)));
    const bool is_value = *rc::gen::arbitrary<bool>();
    parts.insert(parts.end(), is_value ? 1 : 0, std::string(kValueName));
    const Result<std::string> key = key_of_path(joined(parts, "/"), no_alias);
    RC_ASSERT(key.has_value());
    RC_ASSERT(path_of_key(*key, [&](std::string_view) { return is_value; }) == joined(parts, "/"));
}

}  // namespace
}  // namespace bytestore::fs
