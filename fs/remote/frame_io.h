// Frames that come and go piece by piece: what can be done at once is done, and nothing is waited for. Memory is taken
// for what has come, not for what was announced.
#pragma once

#include "engine/result.h"
#include "fs/remote/protocol.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bytestore::remote {

struct Moved {
    std::uint64_t bytes = 0;
    bool whole = false;  // the frame
};

class FrameReader {
public:
    // Takes what has come of the frame, but no more than about a MiB, so that others get their turn. Errc::io with
    // ECONNRESET if the other side is gone, else as decode_header; then it is of no more use.
    Result<Moved> read(int socket, const FrameLimits& limits);
    // What is whole, if decode_head takes it. The next one may be read then.
    Result<Frame> take();

    std::uint64_t bytes() const { return come_; }  // of the frame that comes

private:
    std::span<char> room();

    std::array<char, kHeaderBytes> header_bytes_{};
    Header header_;
    std::string text_;
    std::string body_;
    std::uint64_t come_ = 0;
};

class FrameWriter {
public:
    // `body` outlives it.
    FrameWriter(const Json& head, std::string_view body);

    // Gives what is taken, but no more than about a MiB. Errors as of FrameReader::read.
    Result<Moved> write(int socket);

    std::uint64_t bytes() const { return head_.size() + body_.size(); }

private:
    std::string_view left() const;

    const std::string head_;  // with the header
    const std::string_view body_;
    std::uint64_t sent_ = 0;
};

// What a side of a socket gets for a frame of which so many bytes have moved: a second for each MiB, and its patience.
std::chrono::milliseconds time_for(std::uint64_t bytes, std::chrono::milliseconds patience);

// Whether one of the `events` of poll(2), or the end, comes in time. A negative time is forever.
bool ready_within(int socket, short events, std::chrono::milliseconds wait);

}  // namespace bytestore::remote
