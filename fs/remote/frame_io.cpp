#include "fs/remote/frame_io.h"

#include "engine/io/os_error.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bytestore::remote {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kTurnBytes = kMiB;
constexpr std::uint64_t kPiece = std::uint64_t{1} << 16;

std::unexpected<Error> gone()
{
    return fail(Errc::io, "the other side of the socket is gone", ECONNRESET);
}

// Nothing if it would have to wait.
Result<std::uint64_t> moved_bytes(ssize_t moved, const char* action)
{
    if (moved >= 0) {
        return static_cast<std::uint64_t>(moved);
    }
    if (errno == EAGAIN || errno == EINTR) {
        return 0;
    }
    return errno == EPIPE || errno == ECONNRESET ? gone() : os_failure(errno, action, "the socket");
}

Result<std::uint64_t> receive_some(int socket, std::span<char> into)
{
    const auto got = ::recv(socket, into.data(), into.size(), MSG_DONTWAIT);
    return got == 0 ? gone() : moved_bytes(got, "read from");
}

Result<std::uint64_t> send_some(int socket, std::string_view bytes)
{
    return moved_bytes(::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL), "write to");
}

// Where the next bytes go of a part of `size` bytes that is `filled` so far.
std::span<char> room_in(std::string& part, std::uint64_t size, std::uint64_t filled)
{
    if (part.size() == filled) {
        part.resize(filled + std::min(size - filled, std::max(kPiece, filled)));
    }
    return std::span(part).subspan(filled);
}

std::string with_header(const Json& head, std::uint64_t body_bytes)
{
    const auto text = head.dump();
    const auto header =
        encode_header({.head_bytes = static_cast<std::uint32_t>(text.size()), .body_bytes = body_bytes});
    return std::string(header.data(), header.size()) + text;
}

}  // namespace

// Nothing once the frame is whole.
std::span<char> FrameReader::room()
{
    if (come_ < kHeaderBytes) {
        return std::span(header_bytes_).subspan(come_);
    }
    const auto head_end = kHeaderBytes + header_.head_bytes;
    return come_ < head_end ? room_in(text_, header_.head_bytes, come_ - kHeaderBytes)
                            : room_in(body_, header_.body_bytes, come_ - head_end);
}

Result<Moved> FrameReader::read(int socket, const FrameLimits& limits)
{
    Moved moved;
    for (auto into = room(); !into.empty() && moved.bytes < kTurnBytes; into = room()) {
        TRY_ASSIGN(const auto got, receive_some(socket, into));
        if (got == 0) {
            return moved;
        }
        come_ += got;
        moved.bytes += got;
        if (come_ == kHeaderBytes) {
            TRY_ASSIGN(header_, decode_header(header_bytes_, limits));
        }
    }
    moved.whole = room().empty();
    return moved;
}

Result<Frame> FrameReader::take()
{
    come_ = 0;
    Frame frame;
    frame.body = std::exchange(body_, {});
    TRY_ASSIGN(frame.head, decode_head(std::exchange(text_, {})));
    return frame;
}

FrameWriter::FrameWriter(const Json& head, std::string_view body)
    : head_(with_header(head, body.size())), body_(body)
{
}

std::string_view FrameWriter::left() const
{
    return sent_ < head_.size() ? std::string_view(head_).substr(sent_) : body_.substr(sent_ - head_.size());
}

Result<Moved> FrameWriter::write(int socket)
{
    Moved moved;
    for (auto bytes = left(); !bytes.empty() && moved.bytes < kTurnBytes; bytes = left()) {
        TRY_ASSIGN(const auto sent, send_some(socket, bytes.substr(0, kTurnBytes)));
        if (sent == 0) {
            return moved;
        }
        sent_ += sent;
        moved.bytes += sent;
    }
    moved.whole = left().empty();
    return moved;
}

std::chrono::milliseconds time_for(std::uint64_t bytes, std::chrono::milliseconds patience)
{
    return patience + std::chrono::seconds(bytes / kMiB);
}

bool ready_within(int socket, short events, std::chrono::milliseconds wait)
{
    pollfd poll{.fd = socket, .events = events, .revents = 0};
    return ::poll(&poll, 1, static_cast<int>(wait.count())) != 0;
}

}  // namespace bytestore::remote
