#include "fs/fuse/readiness.h"

#include "engine/io/os_error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore::fuse {
namespace {

// What goes over the pipe: kReady, or kFailed, the Errc as one byte, and the message up to the end.
constexpr char kReady = 'R';
constexpr char kFailed = 'F';

Status send(int pipe, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(pipe, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            return os_failure(errno, "write to", "the process that started the daemon");
        }
    }
    return {};
}

// Up to `limit` bytes, fewer only at the end.
Result<std::string> receive(int pipe, std::size_t limit)
{
    std::string bytes;
    std::array<char, 4096> piece{};
    while (bytes.size() < limit) {
        const auto read = ::read(pipe, piece.data(), std::min(piece.size(), limit - bytes.size()));
        if (read == 0) {
            break;
        }
        if (read > 0) {
            bytes.append(piece.data(), static_cast<std::size_t>(read));
        } else if (errno != EINTR) {
            return os_failure(errno, "hear from", "the daemon");
        }
    }
    return bytes;
}

Status leave_terminal()
{
    const fs::Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null.valid()) {
        return os_failure(errno, "open", "/dev/null");
    }
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::dup2(null.get(), standard) < 0) {
            return os_failure(errno, "redirect to", "/dev/null");
        }
    }
    if (::setsid() < 0 || ::chdir("/") != 0) {
        return os_failure(errno, "detach from", "the terminal");
    }
    return {};
}

int wait_for_end(pid_t daemon)
{
    int status = 0;
    while (::waitpid(daemon, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

Error obituary(int status)
{
    return {Errc::io, WIFSIGNALED(status)
                          ? fmt::format("the daemon died while it started, of signal {}", WTERMSIG(status))
                          : fmt::format("the daemon ended while it started, with status {}", WEXITSTATUS(status))};
}

// The error that a daemon sends, or nothing if it ended without one.
Result<std::optional<Error>> receive_error(int pipe)
{
    TRY_ASSIGN(const std::string bytes, receive(pipe, SIZE_MAX));
    if (bytes.empty()) {
        return std::nullopt;
    }
    return Error{static_cast<Errc>(bytes[0]), bytes.substr(1)};
}

Status wait_for(pid_t daemon, int pipe, const std::function<Status()>& confirm)
{
    TRY_ASSIGN(const std::string word, receive(pipe, 1));
    Status confirmed;
    if (word == std::string_view(&kReady, 1)) {
        confirmed = confirm();
        if (confirmed) {
            return {};
        }
        ::kill(daemon, SIGTERM);  // what is reported as failed must not go on
        TRY(receive(pipe, 1));    // kFailed, if the daemon has more to say
    }
    TRY_ASSIGN(auto error, receive_error(pipe));
    const int status = wait_for_end(daemon);
    if (error) {
        return std::unexpected(std::move(*error));
    }
    return confirmed ? std::unexpected(obituary(status)) : confirmed;
}

[[noreturn]] void run_child(Starter starter, const std::function<Status(Starter&)>& daemon)
{
    const Status ended = daemon(starter);
    if (!ended) {
        starter.failed(ended.error());
    }
    std::exit(ended ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

Status Starter::ready()
{
    TRY(leave_terminal());
    return send(pipe_.get(), {&kReady, 1});
}

void Starter::failed(const Error& error)
{
    // Where nobody listens any more, the exit status and the log have to do.
    ignore(send(pipe_.get(), fmt::format("{}{}{}", kFailed, static_cast<char>(error.code), error.message)));
}

Status run_in_background(const std::function<Status(Starter&)>& daemon, const std::function<Status()>& confirm)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return os_failure(errno, "make", "a pipe");
    }
    fs::Descriptor reading(ends[0]);
    fs::Descriptor writing(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) {
        return os_failure(errno, "start", "the daemon");
    }
    if (child == 0) {
        reading.close();
        run_child(Starter(std::move(writing)), daemon);
    }
    writing.close();
    return wait_for(child, reading.get(), confirm);
}

Status notify_service_manager(const std::string& state)
{
    const char* const name = std::getenv("NOTIFY_SOCKET");
    if (name == nullptr || *name == '\0') {
        return {};
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(name);
    if (length > sizeof address.sun_path) {
        return fail(Errc::name_too_long, fmt::format("NOTIFY_SOCKET is too long: {}", name));
    }
    std::memcpy(address.sun_path, name, length);
    if (name[0] == '@') {
        address.sun_path[0] = '\0';  // the abstract name space
    }
    const fs::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
        return os_failure(errno, "make a socket to", name);
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                 size) < 0) {
        return os_failure(errno, "notify the service manager at", name);
    }
    return {};
}

}  // namespace bytestore::fuse
