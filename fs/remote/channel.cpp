#include "fs/remote/channel.h"

#include "fs/remote/frame_io.h"

#include <poll.h>

#include <algorithm>

namespace bytestore::remote {

using std::chrono::steady_clock;

// Until all of the frame has moved.
template <class Move>
Status Channel::move_whole(short event, Move move) const
{
    const auto begun = steady_clock::now();
    for (std::uint64_t bytes = 0;;) {
        TRY_ASSIGN(const Moved moved, move());
        if (moved.whole) {
            return {};
        }
        bytes += moved.bytes;
        const auto left = std::chrono::ceil<Milliseconds>(begun + time_for(bytes, patience_) - steady_clock::now());
        if (!ready_within(socket_.get(), event, std::max(left, Milliseconds(0)))) {
            return fail(Errc::busy, "the other side of the socket does not go on");
        }
    }
}

Status Channel::send(const Json& head, std::string_view body)
{
    FrameWriter writer(head, body);
    return move_whole(POLLOUT, [&] { return writer.write(socket_.get()); });
}

Result<Frame> Channel::receive(const FrameLimits& limits, Milliseconds wait)
{
    if (!ready_within(socket_.get(), POLLIN, wait)) {
        return fail(Errc::busy, "the other side of the socket does not answer");
    }
    FrameReader reader;
    TRY(move_whole(POLLIN, [&] { return reader.read(socket_.get(), limits); }));
    return reader.take();
}

}  // namespace bytestore::remote
