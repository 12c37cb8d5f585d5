// Whole frames over a connected socket, waited for. The other side is not trusted: it gets a bounded time for what it
// has begun.
#pragma once

#include "engine/result.h"
#include "fs/descriptor.h"
#include "fs/remote/protocol.h"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bytestore::remote {

class Channel {
public:
    using Milliseconds = std::chrono::milliseconds;
    static constexpr Milliseconds kForever{-1};

    // `patience` is the time for a frame once it has begun, to which a second is added for each MiB that has moved.
    Channel(fs::Descriptor socket, Milliseconds patience)
        : socket_(std::move(socket)), patience_(patience)
    {
    }

    // Errc::busy if the other side does not take it in time.
    Status send(const Json& head, std::string_view body);
    // Waits up to `wait` for the first byte, then for the rest. Errc::busy if it does not come in time, Errc::io with
    // ECONNRESET if the other side is gone, else as decode_header and decode_head. After an error the channel is of no
    // more use.
    Result<Frame> receive(const FrameLimits& limits, Milliseconds wait);

    int descriptor() const { return socket_.get(); }

private:
    template <class Move>
    Status move_whole(short event, Move move) const;

    fs::Descriptor socket_;
    Milliseconds patience_;
};

}  // namespace bytestore::remote
