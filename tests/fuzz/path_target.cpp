// Keys and paths: every key has one path, and every path that shows a key shows one.
#include "engine/format/record.h"
#include "engine/types.h"
#include "fs/mapping.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <ranges>
#include <vector>

namespace bytestore::fuzz {
namespace {

// Answers what the mapping asks of a store that holds one key, which may have others under it.
class OneKey {
public:
    OneKey(std::string key, bool has_children)
        : key_(std::move(key)), has_children_(has_children)
    {
    }

    std::string path() const
    {
        return fs::path_of_key(key_, [this](std::string_view) { return has_children_; });
    }
    Result<std::string> key(std::string_view path) const
    {
        return fs::key_of_path(path, [this](auto... asked) { return resolve(asked...); });
    }

private:
    std::optional<std::string> resolve(std::string_view prefix, std::string_view start, std::string_view alias) const
    {
        if (!key_.starts_with(std::string(prefix) += start)) {
            return std::nullopt;
        }
        const auto segment = std::string_view(key_).substr(prefix.size());
        const auto name = segment.substr(0, segment.find(':'));
        return fs::alias_names(alias, name, prefix.empty()) ? std::optional(std::string(name)) : std::nullopt;
    }

    const std::string key_;
    const bool has_children_;
};

void check_names(std::string_view path)
{
    for (const auto part : std::views::split(path, '/')) {
        const std::string_view name(part.begin(), part.end());
        require(!name.empty() && name != "." && name != ".." && name.size() <= fs::kMaxName, "a name can be one");
        require(name.find('\0') == name.npos && format::is_valid_utf8(name), "a name is text");
    }
    require(path != fs::kControlName && !path.starts_with(".control/"), "no key is where .control is");
}

// A marker, and the empty key, have no path of their own.
void check_key(const std::string& key)
{
    if (key.empty() || key.size() > kMaxKeyBytes || !format::is_valid_utf8(key) || fs::is_marker(key)) {
        return;
    }
    for (const bool has_children : {false, true}) {
        const OneKey store(key, has_children);
        const auto path = store.path();
        check_names(path);
        const auto back = store.key(path);
        require(back && *back == key, "the path of a key shows that key");
    }
}

std::string normal(std::string_view path)
{
    std::string joined;
    for (const auto part : std::views::split(path, '/')) {
        if (!part.empty()) {
            joined += joined.empty() ? "" : "/";
            joined += std::string_view(part.begin(), part.end());
        }
    }
    return joined;
}

void check_path(const std::string& path)
{
    const OneKey none("", false);
    const auto key = none.key(path);
    if (!key) {
        require(!key.error().message.empty(), "a path that shows nothing is told why");
        return;
    }
    const auto shown = normal(path);
    const bool value = shown.ends_with("/%value");
    require(OneKey(*key, value).path() == shown || key->empty(), "the key of a path has that path");
}

}  // namespace
}  // namespace bytestore::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bytestore::fuzz;
    const std::string text(text_of(data, size));
    check_key(text);
    check_path(text);
    return 0;
}
