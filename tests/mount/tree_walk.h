// What system calls tell of a tree.
#pragma once

#include "tests/mount/crash_ledger.h"

#include "fs/core/attributes.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bytestore::test {

struct Found {
    fs::Type type = fs::Type::file;
    std::uint32_t mode = 0;
    std::int64_t mtime = 0;
    std::string content;  // of a link its target

    FileVersion version() const { return {.content = content, .mode = mode, .mtime = mtime}; }
};

// Everything under `directory` by its path in it. Checks on the way that numbers of inodes and links, sizes and types
// are what they should be.
std::map<std::string, Found> walk(const std::string& directory);

// The names in `directory`, read a few at a time; `between` is called before each time.
std::vector<std::string> names_in(const std::string& directory, const std::function<void()>& between);

}  // namespace bytestore::test
