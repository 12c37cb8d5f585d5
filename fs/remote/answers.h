// What a daemon answers to requests, one after the other, on one connection.
#pragma once

#include "engine/result.h"
#include "fs/remote/access.h"
#include "fs/remote/backend.h"
#include "fs/remote/protocol.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace bytestore::remote {

struct Answer {
    Json head = Json::object();
    std::string body;
    bool last = false;  // the other side is not in step any more
};

// The peer of a connection.
struct Client {
    Access access;
    std::string denial;  // what it is told when it asks for more than it may
};

class Answers {
public:
    // The backend outlives it.
    Answers(Backend& backend, Client client)
        : backend_(backend), client_(std::move(client))
    {
    }

    // Of the next frame.
    FrameLimits limits() const;
    // The answer to the request that is whole with this frame; nothing while parts of a batch are still to come.
    std::optional<Answer> take(Frame frame);
    // To a frame that could not be taken.
    Answer refusal(Error error) const;

    // Whether parts are still to come, and how much the others hold.
    bool in_batch() const { return batch_.has_value(); }
    std::uint64_t batch_bytes() const { return batch_ ? batch_->bytes : 0; }

private:
    struct Parts {
        std::uint64_t left = 0;
        std::uint64_t bytes = 0;
        Batch batch;
    };

    Result<std::optional<Answer>> answer(Frame& request);
    Result<Answer> read(const std::string& what, const Json& arguments);
    Result<Answer> change(const std::string& what, Frame& request);
    Result<std::optional<Answer>> begin_batch(const Json& arguments);
    Result<std::optional<Answer>> take_part(Frame& part);
    Result<std::optional<Answer>> apply_if_whole();

    Backend& backend_;
    const Client client_;
    std::optional<Parts> batch_;
    bool in_step_ = true;  // every frame of the request was taken
};

}  // namespace bytestore::remote
