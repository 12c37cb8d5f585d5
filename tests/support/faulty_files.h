// A file system between a store and the real one, that a test can watch and make fail, call by call.
#pragma once

#include "engine/io/file.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bytestore::test {

enum class Call : std::uint8_t {
    open,
    read,
    write,
    truncate,
    sync,
    reserve,
    info,
    rename,
    unlink,
    link,
    list,
    lock,
    sync_directory
};

struct FileCall {
    Call call;
    std::string name;  // of the file; empty for the directory itself

    // Whether it can change what is on the disk, or what of it is safe there.
    bool changes() const
    {
        return call != Call::read && call != Call::info && call != Call::list && call != Call::lock;
    }
};

// How a call fails.
struct Fault {
    int os_error = 0;
    std::size_t written = 0;  // of a write: bytes that reach the file before it fails
};

class FaultyFiles final : public FileSystem {
public:
    // Both are called from every thread that uses the store. `before` decides whether a call fails, `after` hears of
    // those that did not.
    struct Hooks {
        std::function<std::optional<Fault>(const FileCall&)> before;
        std::function<void(const FileCall&)> after;
    };

    explicit FaultyFiles(Hooks hooks, FileSystem& real = posix_file_system());

    Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool create) override;

private:
    const std::shared_ptr<const Hooks> hooks_;
    FileSystem& real_;
};

}  // namespace bytestore::test
