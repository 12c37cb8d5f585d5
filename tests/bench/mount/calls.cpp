#include "tests/bench/mount/calls.h"

#include <sys/stat.h>

namespace bytestore::bench {

void write_file(const std::string& path, int flags, std::size_t size, bool sync)
{
    const File file(path, O_WRONLY | flags);
    file.write(std::string(size, 'v'));
    if (sync) {
        file.sync();
    }
}

void read_file(const std::string& path)
{
    static thread_local std::string buffer(4096, '\0');
    File(path, O_RDONLY).read_all(buffer);
}

void stat_file(const std::string& path, bool there)
{
    struct stat st{};
    must((::stat(path.c_str(), &st) == 0) == there, path);
}

}  // namespace bytestore::bench
