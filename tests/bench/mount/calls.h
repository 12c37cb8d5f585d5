// The system calls that are measured. Each throws what fails.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

namespace bytestore::bench {

inline void must(bool good, const std::string& what)
{
    if (!good) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

class File {
public:
    File(const std::string& path, int flags)
        : number_(::open(path.c_str(), flags | O_CLOEXEC, 0644))
    {
        must(number_ >= 0, path);
    }
    ~File() { ::close(number_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write(const std::string& bytes) const
    {
        must(::write(number_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "write");
    }
    void read_all(std::string& buffer) const
    {
        while (true) {
            const auto got = ::read(number_, buffer.data(), buffer.size());
            must(got >= 0, "read");
            if (got == 0) {
                return;
            }
        }
    }
    void sync() const { must(::fsync(number_) == 0, "fsync"); }

private:
    int number_;
};

void write_file(const std::string& path, int flags, std::size_t size, bool sync = false);
void read_file(const std::string& path);
void stat_file(const std::string& path, bool there = true);

}  // namespace bytestore::bench
