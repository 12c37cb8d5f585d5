#include "fs/fuse/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

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

// Every open file of the mount may hold a segment open. Where the limit stays as it was, opening says so when it is
// reached.
void raise_file_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

}  // namespace

void prepare_process()
{
    open_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
}

}  // namespace bytestore::fuse
