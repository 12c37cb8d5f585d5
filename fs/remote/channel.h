// Frames over a connected socket. The other side is not trusted: it gets a bounded time for what it has begun, and
// memory for what it has sent, not for what it announced.
#pragma once

#include "engine/result.h"
#include "fs/descriptor.h"
#include "fs/remote/protocol.h"

#include <chrono>
#include <span>
#include <string_view>

namespace bytestore::remote {

class Channel {
public:
    using Milliseconds = std::chrono::milliseconds;
    static constexpr Milliseconds kForever{-1};

    // `patience` is the time for a frame once it has begun, to which a second is added for each MiB.
    Channel(fs::Descriptor socket, Milliseconds patience)
        : socket_(std::move(socket)), patience_(patience)
    {
    }

    // Errc::busy if the other side does not take it in time.
    Status send(const Json& head, std::string_view body);
    // Waits up to `wait` for the first byte, then for the rest. Errc::busy if it does not come in time, Errc::io with
    // ECONNRESET if the other side is gone, else as decode_header and decode_head. After an error the channel is of no
    // more use, but for sending why.
    Result<Frame> receive(const FrameLimits& limits, Milliseconds wait);
    // Whether a frame, or the end, has come.
    bool readable_within(Milliseconds wait) const;

    int descriptor() const { return socket_.get(); }
    Milliseconds patience() const { return patience_; }

private:
    using Deadline = std::chrono::steady_clock::time_point;

    Deadline deadline(std::uint64_t bytes) const;
    Status wait_for(short events, Deadline deadline) const;
    Status send_all(std::string_view bytes, Deadline deadline);
    Status receive_all(std::span<char> into, Deadline deadline);
    Result<std::string> receive_string(std::uint64_t size, Deadline deadline);

    fs::Descriptor socket_;
    Milliseconds patience_;
};

}  // namespace bytestore::remote
