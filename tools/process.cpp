#include "tools/process.h"

#include "engine/io/file_limit.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ios>

namespace bytestore::tools {
namespace {

// Open for the wrong direction, a descriptor answers EBADF, as a closed one does.
void occupy_if_closed(int descriptor, int wrong_direction)
{
    const bool closed = ::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF;
    if (closed && ::open("/dev/null", wrong_direction) != descriptor) {
        std::_Exit(1);
    }
}

}  // namespace

void prepare_process()
{
    occupy_if_closed(STDIN_FILENO, O_WRONLY);
    occupy_if_closed(STDOUT_FILENO, O_RDONLY);
    occupy_if_closed(STDERR_FILENO, O_RDONLY);
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    std::ios::sync_with_stdio(false);
}

}  // namespace bytestore::tools
