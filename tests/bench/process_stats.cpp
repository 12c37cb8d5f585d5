// process_stats PROGRAM ARGUMENT...: runs it, its output thrown away, and prints what it took: milliseconds on a
// processor, milliseconds of wall time, KiB resident at most. A program of its own, and a small one, because Linux
// counts for a child what its parent had resident.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

double wall_ms()
{
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double to_ms(const timeval& time)
{
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        return EXIT_FAILURE;
    }
    const double begin = wall_ms();
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
        ::execv(argv[1], argv + 1);
        ::_exit(EXIT_FAILURE);
    }
    int status = 0;
    rusage usage = {};
    if (child < 0 || ::wait4(child, &status, 0, &usage) < 0 || status != 0) {
        return EXIT_FAILURE;
    }
    std::printf("%f %f %ld\n", to_ms(usage.ru_utime) + to_ms(usage.ru_stime), wall_ms() - begin, usage.ru_maxrss);
    return EXIT_SUCCESS;
}
