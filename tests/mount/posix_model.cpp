#include "tests/mount/posix_model.h"

#include "fs/mapping.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace bytestore::test {
namespace {

using fs::RenameMode;

bool is_inside(std::string_view path, std::string_view directory)
{
    return path.starts_with(std::string(directory) + '/');
}

bool is_directory(const ModelPtr& node)
{
    return node && node->type == fs::Type::directory;
}

bool is_link(const ModelPtr& node)
{
    return node && node->type == fs::Type::link;
}

bool writes(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
}

ModelPtr new_file(std::string_view content)
{
    auto file = std::make_shared<ModelNode>();
    file->content = content;
    file->mode = 0644;
    return file;
}

}  // namespace

// ENOTDIR behind a file, ENOENT behind nothing and behind a link, which leads nowhere.
int PosixModel::missing_parent(std::string_view path) const
{
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        const auto node = find(path.substr(0, slash));
        if (!is_directory(node)) {
            return !node || is_link(node) ? ENOENT : ENOTDIR;
        }
    }
    return 0;
}

int PosixModel::find_through_links(std::string_view path, ModelPtr& node) const
{
    if (const int error = missing_parent(path)) {
        return error;
    }
    node = find(path);
    return !node || is_link(node) ? ENOENT : 0;
}

int PosixModel::can_make(std::string_view path) const
{
    const int error = missing_parent(path);
    return error == 0 && find(path) ? EEXIST : error;
}

int PosixModel::open(std::string_view path, int flags, ModelPtr& file)
{
    if (const int error = missing_parent(path)) {
        return error;
    }
    const auto node = find(path);
    const bool creates = (flags & O_CREAT) != 0;
    if (node && creates && (flags & O_EXCL) != 0) {
        return EEXIST;
    }
    if (is_link(node)) {
        return (flags & O_NOFOLLOW) != 0 ? ELOOP : ENOENT;
    }
    if (is_directory(node) && (creates || writes(flags))) {
        return EISDIR;
    }
    if (!node && !creates) {
        return ENOENT;
    }
    if (!node) {
        tree_.create(path);
    } else if ((flags & O_TRUNC) != 0) {
        node->content.clear();
    }
    file = find(path);
    return 0;
}

int PosixModel::mkdir(std::string_view path)
{
    const int error = can_make(path);
    return error != 0 ? error : tree_.mkdir(path);
}

int PosixModel::symlink(std::string_view target, std::string_view path)
{
    const int error = can_make(path);
    return error != 0 ? error : tree_.symlink(target, path);
}

int PosixModel::unlink(std::string_view path)
{
    const int error = missing_parent(path);
    return error != 0 ? error : tree_.rm(path);
}

int PosixModel::rmdir(std::string_view path)
{
    const int error = missing_parent(path);
    return error != 0 ? error : tree_.rmdir(path);
}

// In the order of the kernel's do_renameat2 and vfs_rename.
int PosixModel::rename(std::string_view from, std::string_view to, RenameMode mode)
{
    for (const auto path : {from, to}) {
        if (const int error = missing_parent(path)) {
            return error;
        }
    }
    const auto source = find(from);
    const auto target = find(to);
    if (!source || (mode == RenameMode::exchange && !target)) {
        return ENOENT;
    }
    if (target && mode == RenameMode::no_replace) {
        return EEXIST;
    }
    if (is_inside(to, from)) {
        return EINVAL;
    }
    if (is_inside(from, to)) {
        return mode == RenameMode::exchange ? EINVAL : ENOTEMPTY;
    }
    if (target && mode == RenameMode::replace && is_directory(source) != is_directory(target)) {
        return is_directory(target) ? EISDIR : ENOTDIR;
    }
    return tree_.mv(from, to, mode);
}

int PosixModel::link(std::string_view from, std::string_view to) const
{
    if (const int error = missing_parent(from)) {
        return error;
    }
    if (!find(from)) {
        return ENOENT;
    }
    const int error = can_make(to);
    return error != 0 ? error : EPERM;
}

int PosixModel::mkfifo(std::string_view path) const
{
    const int error = can_make(path);
    return error != 0 ? error : EPERM;
}

int PosixModel::chmod(std::string_view path, std::uint32_t mode)
{
    ModelPtr node;
    const int error = find_through_links(path, node);
    if (error == 0) {
        node->mode = mode;
    }
    return error;
}

int PosixModel::truncate(std::string_view path, std::size_t size)
{
    ModelPtr node;
    if (const int error = find_through_links(path, node)) {
        return error;
    }
    if (is_directory(node)) {
        return EISDIR;
    }
    node->content.resize(size);
    return 0;
}

void PosixModel::set_value(std::string_view directory, std::string_view content)
{
    find(directory)->entries[std::string(fs::kValueName)] = new_file(content);
}

void PosixModel::set_below(std::string_view file, std::string_view name, std::string_view content)
{
    const auto node = find(file);
    auto value = std::make_shared<ModelNode>(std::move(*node));
    *node = ModelNode{.type = fs::Type::directory, .content = {}, .mode = 0755, .entries = {}};
    node->entries[std::string(fs::kValueName)] = std::move(value);
    node->entries[std::string(name)] = new_file(content);
}

}  // namespace bytestore::test
