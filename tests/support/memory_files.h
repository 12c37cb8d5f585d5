// A file system in memory, of one directory, that can tell what a crash at this moment would leave of it.
//
// Paths mean nothing: every path is the directory. There is always plenty of space. Files may be used by several
// threads, as the engine wants it.
#pragma once

#include "engine/io/file.h"
#include "tests/support/memory_disk.h"

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

namespace bytestore::test {

class MemoryFiles final : public FileSystem {
public:
    MemoryFiles();

    Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool create) override;

    // What another process finds when those that use it are killed now: all that was done.
    std::unique_ptr<MemoryFiles> after_kill() const;
    // What the next boot finds when the power fails now.
    std::unique_ptr<MemoryFiles> after_power_loss(Loss loss, std::mt19937& random) const;

    // Names and bytes.
    std::map<std::string, std::string> content() const;
    // Behind everybody's back: the file `name` holds other bytes, and nothing else of it changes.
    void replace_content(const std::string& name, std::string_view bytes);

    // Shared by all that was opened.
    struct Shared {
        Shared() = default;
        explicit Shared(const MemoryDisk& from)
            : disk(from)
        {
        }
        Shared(const MemoryDisk& from, Loss loss, std::mt19937& random)
            : disk(from, loss, random)
        {
        }

        std::mutex mutex;
        MemoryDisk disk;  // guarded by mutex
    };

private:
    explicit MemoryFiles(std::shared_ptr<Shared> shared);

    const std::shared_ptr<Shared> shared_;
};

}  // namespace bytestore::test
