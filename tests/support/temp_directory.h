// A directory of its own for a test, in memory where there is /dev/shm and TMPDIR is not set, gone with all that is in
// it when the test ends.
#pragma once

#include <filesystem>
#include <string>

namespace bytestore::test {

class TempDirectory {
public:
    TempDirectory();
    ~TempDirectory();
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace bytestore::test
