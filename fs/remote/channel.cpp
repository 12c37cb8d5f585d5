#include "fs/remote/channel.h"

#include "engine/io/os_error.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace bytestore::remote {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

std::unexpected<Error> gone()
{
    return fail(Errc::io, "the other side of the socket is gone", ECONNRESET);
}

std::unexpected<Error> failed(int os_error, const char* action)
{
    return os_error == EPIPE || os_error == ECONNRESET ? gone() : os_failure(os_error, action, "the socket");
}

}  // namespace

Channel::Deadline Channel::deadline(std::uint64_t bytes) const
{
    return std::chrono::steady_clock::now() + patience_ + std::chrono::seconds(bytes / kMiB);
}

bool Channel::readable_within(Milliseconds wait) const
{
    pollfd poll{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, static_cast<int>(wait.count())) != 0;
}

Status Channel::wait_for(short events, Deadline deadline) const
{
    const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd poll{.fd = socket_.get(), .events = events, .revents = 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(std::max(left, Milliseconds(0)).count()));
    if (ready < 0 && errno != EINTR) {
        return os_failure(errno, "wait for", "the socket");
    }
    return ready == 0 ? fail(Errc::busy, "the other side of the socket does not go on") : Status();
}

Status Channel::send_all(std::string_view bytes, Deadline deadline)
{
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            TRY(wait_for(POLLOUT, deadline));
        } else if (errno != EINTR) {
            return failed(errno, "write to");
        }
    }
    return {};
}

Status Channel::receive_all(std::span<char> into, Deadline deadline)
{
    while (!into.empty()) {
        const auto got = ::recv(socket_.get(), into.data(), into.size(), MSG_DONTWAIT);
        if (got > 0) {
            into = into.subspan(static_cast<std::size_t>(got));
        } else if (got == 0) {
            return gone();
        } else if (errno == EAGAIN) {
            TRY(wait_for(POLLIN, deadline));
        } else if (errno != EINTR) {
            return failed(errno, "read from");
        }
    }
    return {};
}

// Grows with what has come.
Result<std::string> Channel::receive_string(std::uint64_t size, Deadline deadline)
{
    std::string bytes;
    while (bytes.size() < size) {
        const auto begin = bytes.size();
        const auto piece = std::min<std::uint64_t>(size - begin, std::max<std::uint64_t>(kMiB, begin));
        bytes.resize(begin + static_cast<std::size_t>(piece));
        TRY(receive_all(std::span(bytes).subspan(begin), deadline));
    }
    return bytes;
}

Status Channel::send(const Json& head, std::string_view body)
{
    const auto text = head.dump();
    const auto header =
        encode_header({.head_bytes = static_cast<std::uint32_t>(text.size()), .body_bytes = body.size()});
    const auto until = deadline(body.size());
    TRY(send_all(std::string(header.data(), header.size()) + text, until));
    return send_all(body, until);
}

Result<Frame> Channel::receive(const FrameLimits& limits, Milliseconds wait)
{
    if (!readable_within(wait)) {
        return fail(Errc::busy, "the other side of the socket does not answer");
    }
    std::array<char, kHeaderBytes> bytes{};
    TRY(receive_all(bytes, deadline(0)));
    TRY_ASSIGN(const auto header, decode_header(bytes, limits));
    const auto until = deadline(header.body_bytes);
    TRY_ASSIGN(const auto text, receive_string(header.head_bytes, until));
    Frame frame;
    TRY_ASSIGN(frame.head, decode_head(text));
    TRY_ASSIGN(frame.body, receive_string(header.body_bytes, until));
    return frame;
}

}  // namespace bytestore::remote
