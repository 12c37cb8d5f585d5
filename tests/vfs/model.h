// What a POSIX tree would be, as plainly as possible: the reference for random operations. Answers are errnos, 0 for
// success.
#pragma once

#include "fs/core/attributes.h"
#include "fs/core/rename.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::test {

struct ModelNode {
    fs::Type type = fs::Type::file;
    std::string content;  // of a link its target
    std::uint32_t mode = 0;
    std::map<std::string, std::shared_ptr<ModelNode>> entries;
};
using ModelPtr = std::shared_ptr<ModelNode>;

class Model {
public:
    Model();

    ModelPtr find(std::string_view path) const;  // nullptr if it is not there
    int create(std::string_view path);           // O_EXCL
    int mkdir(std::string_view path);
    int symlink(std::string_view target, std::string_view path);
    int rm(std::string_view path);
    int rmdir(std::string_view path);
    int mv(std::string_view from, std::string_view to, fs::RenameMode mode);
    // Every path with what it is.
    std::map<std::string, std::string> tree() const;

private:
    int add(std::string_view path, fs::Type type, std::string_view content, std::uint32_t mode);
    int move(std::string_view from, std::string_view to);

    ModelPtr root_;
};

// One line about a file, as tree() has it.
std::string describe(fs::Type type, std::uint32_t mode, std::string_view content);

}  // namespace bytestore::test
