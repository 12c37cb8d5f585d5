#include "tests/vfs/model.h"

#include "fs/mapping.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <algorithm>

#include <cerrno>
#include <utility>

namespace bytestore::test {
namespace {

struct Split {
    std::string_view parent;
    std::string name;
};

Split split(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? Split{"", std::string(path)}
                                           : Split{path.substr(0, slash), std::string(path.substr(slash + 1))};
}

bool is_inside(std::string_view path, std::string_view directory)
{
    return path.starts_with(std::string(directory) + '/');
}

bool is_value(std::string_view path)
{
    return split(path).name == fs::kValueName;
}

bool is_directory(const ModelPtr& node)
{
    return node && node->type == fs::Type::directory;
}

void add_to(std::map<std::string, std::string>& tree, const ModelNode& directory, const std::string& prefix)
{
    for (const auto& [name, node] : directory.entries) {
        tree[prefix + name] = describe(node->type, node->mode, node->content);
        add_to(tree, *node, prefix + name + '/');
    }
}

}  // namespace

std::string describe(fs::Type type, std::uint32_t mode, std::string_view content)
{
    constexpr std::string_view kLetters = "fdl";
    return fmt::format("{} {:o} {}", kLetters[static_cast<std::size_t>(type)], mode, content);
}

Model::Model()
    : root_(std::make_shared<ModelNode>())
{
    root_->type = fs::Type::directory;
}

ModelPtr Model::find(std::string_view path) const
{
    auto node = root_;
    while (node && !path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto found = node->entries.find(std::string(path.substr(0, slash)));
        node = found == node->entries.end() ? nullptr : found->second;
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return node;
}

// The checks that the kernel makes before it asks are made here as well: callers only name parents that are
// directories.
int Model::add(std::string_view path, fs::Type type, std::string_view content, std::uint32_t mode)
{
    const auto [parent, name] = split(path);
    auto& entries = find(parent)->entries;
    if (entries.contains(name)) {
        return EEXIST;
    }
    if (type == fs::Type::directory && is_value(path)) {
        return EINVAL;
    }
    auto node = std::make_shared<ModelNode>();
    node->type = type;
    node->content = content;
    node->mode = mode;
    entries[name] = std::move(node);
    return 0;
}

int Model::create(std::string_view path)
{
    return add(path, fs::Type::file, "", 0644);
}

int Model::mkdir(std::string_view path)
{
    const auto parent = find(split(path).parent);
    const bool inherits = parent && (parent->mode & S_ISGID) != 0;
    return add(path, fs::Type::directory, "", 0755 | (inherits ? S_ISGID : 0U));
}

int Model::symlink(std::string_view target, std::string_view path)
{
    return add(path, fs::Type::link, target, 0777);
}

int Model::rm(std::string_view path)
{
    const auto node = find(path);
    if (!node || is_directory(node)) {
        return node ? EISDIR : ENOENT;
    }
    const auto [parent, name] = split(path);
    find(parent)->entries.erase(name);
    return 0;
}

int Model::rmdir(std::string_view path)
{
    const auto node = find(path);
    if (!is_directory(node)) {
        return node ? ENOTDIR : ENOENT;
    }
    if (!node->entries.empty()) {
        return ENOTEMPTY;
    }
    const auto [parent, name] = split(path);
    find(parent)->entries.erase(name);
    return 0;
}

int Model::mv(std::string_view from, std::string_view to, fs::RenameMode mode)
{
    const auto source = find(from);
    const auto target = find(to);
    if (!source) {
        return ENOENT;
    }
    if (mode == fs::RenameMode::no_replace && target) {
        return EEXIST;
    }
    if (source == target) {
        return 0;
    }
    if (mode == fs::RenameMode::exchange && !target) {
        return ENOENT;
    }
    const bool exchange = mode == fs::RenameMode::exchange;
    if (is_directory(source) && (is_inside(to, from) || is_value(to))) {
        return EINVAL;
    }
    if (exchange && is_directory(target) && (is_inside(from, to) || is_value(from))) {
        return EINVAL;
    }
    if (exchange) {
        auto& a = find(split(from).parent)->entries[split(from).name];
        auto& b = find(split(to).parent)->entries[split(to).name];
        std::swap(a, b);
        return 0;
    }
    return move(from, to);
}

int Model::move(std::string_view from, std::string_view to)
{
    const auto source = find(from);
    const auto target = find(to);
    if (is_directory(source) && target && !is_directory(target)) {
        return ENOTDIR;
    }
    if (!is_directory(source) && is_directory(target)) {
        return EISDIR;
    }
    if (is_directory(target) && !target->entries.empty()) {
        return ENOTEMPTY;
    }
    const auto parent = find(split(to).parent);
    find(split(from).parent)->entries.erase(split(from).name);
    parent->entries[split(to).name] = source;
    return 0;
}

std::map<std::string, std::string> Model::tree() const
{
    std::map<std::string, std::string> tree;
    add_to(tree, *root_, "");
    return tree;
}

}  // namespace bytestore::test
