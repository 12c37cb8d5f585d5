// One directory of files in memory, under whatever path, so that a target makes thousands of stores a second and leaves
// nothing behind.
#pragma once

#include "engine/io/file.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace bytestore::fuzz {

struct HeldFile {
    std::mutex mutex;
    std::string bytes;        // guarded by mutex
    std::uint64_t inode = 0;  // in the order of their making, from 2
    std::uint64_t links = 1;  // guarded by mutex
};

struct HeldDirectory {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<HeldFile>> files;  // guarded by mutex
    std::uint64_t next_inode = 2;                            // guarded by mutex
};

class HeldFiles final : public FileSystem {
public:
    using Content = std::map<std::string, std::string>;  // bytes by name

    explicit HeldFiles(const Content& content);

    Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool create) override;
    Content content() const;

private:
    const std::shared_ptr<HeldDirectory> directory_ = std::make_shared<HeldDirectory>();
};

}  // namespace bytestore::fuzz
