#include "tests/mount/child.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace bytestore::test {
namespace {

constexpr int kCannotStart = 127;  // as a shell says it

[[noreturn]] void become(const std::vector<std::string>& words, const ChildSettings& settings)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, settings.signal_at_our_death);
    for (const auto& [name, value] : settings.environment) {
        ::setenv(name.c_str(), value.c_str(), 1);
    }
    std::vector<char*> arguments;
    for (const auto& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    if (::chdir(settings.directory.c_str()) == 0 && ::dup2(settings.out, 1) >= 0 && ::dup2(settings.err, 2) >= 0) {
        ::execvp(arguments[0], arguments.data());
    }
    ::_exit(kCannotStart);
}

bool ends_within(pid_t pid, std::chrono::milliseconds timeout)
{
    const auto number = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    pollfd waiting{.fd = number, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
    ::close(number);
    return ready > 0;
}

}  // namespace

Child::Child(const std::vector<std::string>& words, const ChildSettings& settings)
{
    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (pid_ == 0) {
        become(words, settings);
    }
}

Child::~Child()
{
    if (!status_) {
        kill_group();
    }
}

void Child::signal(int number) const
{
    if (!status_) {
        ::kill(pid_, number);
    }
}

std::optional<int> Child::wait(std::chrono::milliseconds timeout)
{
    if (!status_ && ends_within(pid_, timeout)) {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return status_;
}

void Child::kill_group()
{
    ::kill(-pid_, SIGKILL);
    signal(SIGKILL);  // where it has not made its group yet
    wait(std::chrono::seconds(10));
}

}  // namespace bytestore::test
