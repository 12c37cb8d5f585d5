// The daemon's side of one connection: requests come and answers go, one after the other. Nothing waits for the other
// side, so that it can stop half-way in either as long as it likes.
//
// Threads: one at a time.
#pragma once

#include "fs/descriptor.h"
#include "fs/remote/answers.h"
#include "fs/remote/frame_io.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace bytestore::remote {

class Conversation {
public:
    using Clock = std::chrono::steady_clock;
    using Milliseconds = std::chrono::milliseconds;
    enum class Step : std::uint8_t { moved, stuck, over };

    // The backend outlives it.
    Conversation(fs::Descriptor socket, Backend& backend, Client client)
        : socket_(std::move(socket)), answers_(backend, std::move(client))
    {
    }

    // Takes a piece of what has come, and answers what is whole with it, or sends a piece of the answer. Stuck: there
    // is none before awaits() comes.
    Step go_on();
    // Ends it in order: sends what is left of an answer, up to `deadline`, and tells that nothing else was begun.
    void part(Clock::time_point deadline);

    int descriptor() const { return socket_.get(); }
    short awaits() const;  // an event of poll(2)
    // Whether it has more memory than everybody may have.
    bool holds_much() const;
    // Whether what has begun goes on more slowly than it may.
    bool is_late(Clock::time_point now, Milliseconds patience) const;

private:
    bool is_idle() const { return !answer_ && !answers_.in_batch() && reader_.bytes() == 0; }
    Result<Moved> receive();
    Step answer_with(std::optional<Answer> answer);
    Step send();
    void begin();

    const fs::Descriptor socket_;
    Answers answers_;
    FrameReader reader_;
    std::optional<Answer> answer_;       // that is being sent
    std::optional<FrameWriter> writer_;  // of it
    Clock::time_point begun_;            // the request, or the answer
    std::uint64_t moved_ = 0;            // bytes of it
};

}  // namespace bytestore::remote
