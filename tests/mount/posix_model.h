// What Linux answers to system calls on a plain POSIX tree: the reference of the model test. Adds to the tree of
// tests/vfs/model.h what the kernel checks by itself, on the way to a name. Answers are errnos, 0 for success. Links
// are expected to lead nowhere.
#pragma once

#include "tests/vfs/model.h"

#include <cstddef>
#include <string_view>

namespace bytestore::test {

class PosixModel {
public:
    ModelPtr find(std::string_view path) const { return tree_.find(path); }
    std::map<std::string, std::string> tree() const { return tree_.tree(); }

    // `file` is what was opened, on success.
    int open(std::string_view path, int flags, ModelPtr& file);
    int mkdir(std::string_view path);
    int symlink(std::string_view target, std::string_view path);
    int unlink(std::string_view path);
    int rmdir(std::string_view path);
    int rename(std::string_view from, std::string_view to, fs::RenameMode mode);
    int link(std::string_view from, std::string_view to) const;
    int mkfifo(std::string_view path) const;
    int chmod(std::string_view path, std::uint32_t mode);
    int truncate(std::string_view path, std::size_t size);

    // As another writer of the store does it: the value of a directory's key, and a key under that of a file.
    void set_value(std::string_view directory, std::string_view content);
    void set_below(std::string_view file, std::string_view name, std::string_view content);

private:
    int missing_parent(std::string_view path) const;
    int find_through_links(std::string_view path, ModelPtr& node) const;
    int can_make(std::string_view path) const;

    Model tree_;
};

}  // namespace bytestore::test
