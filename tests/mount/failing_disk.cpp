// Preloaded into a daemon: a disk that fails. Calls on the log fail with EIO while the file that the environment
// variable FAILING_DISK names holds their name.
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

bool fails(const std::string& call)
{
    const char* const path = std::getenv("FAILING_DISK");
    std::ifstream file(path == nullptr ? "" : path);
    const std::string calls(std::istreambuf_iterator<char>(file), {});
    return calls.find(call) != std::string::npos;
}

template <class Function, class... Arguments>
auto call(const char* name, const char* failure, Arguments... arguments) -> decltype(Function()(arguments...))
{
    if (fails(failure)) {
        errno = EIO;
        return -1;
    }
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name))(arguments...);
}

using Pwrite = ssize_t (*)(int, const void*, size_t, off_t);
using Sync = int (*)(int);

}  // namespace

extern "C" {

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset)
{
    return call<Pwrite>("pwrite", "write", file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off_t offset)
{
    return call<Pwrite>("pwrite64", "write", file, bytes, size, offset);
}

int fdatasync(int file)
{
    return call<Sync>("fdatasync", "sync", file);
}

int fsync(int file)
{
    return call<Sync>("fsync", "sync", file);
}
}
