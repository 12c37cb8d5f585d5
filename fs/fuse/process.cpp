#include "fs/fuse/process.h"

#include "engine/io/file_limit.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

namespace bytestore::fuse {
namespace {

// Otherwise the next file opened would take their place, and be written to by whoever prints a message.
void open_standard_streams()
{
    int opened = 0;
    do {
        opened = ::open("/dev/null", O_RDWR);
    } while (opened >= 0 && opened <= STDERR_FILENO);
    if (opened >= 0) {
        ::close(opened);
    }
}

// The thresholds that glibc starts with grow with what is freed, up to 64 MiB that a thread's arena keeps for good.
void give_back_large_buffers()
{
    ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

// How many inodes are forgotten before their memory is looked after.
constexpr std::uint64_t kTrimAfter = 32768;

}  // namespace

void inodes_forgotten(std::uint64_t count)
{
    static std::atomic<std::uint64_t> all{0};
    const auto before = all.fetch_add(count);
    if (before / kTrimAfter != (before + count) / kTrimAfter) {
        ::malloc_trim(0);
    }
}

void prepare_process()
{
    open_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    give_back_large_buffers();
}

}  // namespace bytestore::fuse
