// What a daemon answers to requests, one after the other, on one connection.
#pragma once

#include "engine/result.h"
#include "fs/remote/access.h"
#include "fs/remote/backend.h"
#include "fs/remote/channel.h"

#include <string>

namespace bytestore::remote {

struct Answer {
    Json head = Json::object();
    std::string body;
};

// The peer of a connection.
struct Client {
    Access access;
    std::string denial;  // what it is told when it asks for more than it may
};

class Answers {
public:
    // All of these outlive it.
    Answers(Backend& backend, Channel& channel, const Client& client)
        : backend_(backend), channel_(channel), client_(client)
    {
    }

    // Takes a request, and answers it. An error means that the connection is of no more use: the other side went away,
    // or does not keep to the protocol (it is told so).
    Status serve(Channel::Milliseconds wait);

private:
    FrameLimits limits() const;
    Result<Answer> answer(Frame& request);
    Result<Answer> read(const std::string& what, const Json& arguments);
    Result<Answer> change(const std::string& what, Frame& request);
    Result<Answer> apply(const Json& arguments);
    Result<Batch> receive_batch(std::uint64_t parts);

    Backend& backend_;
    Channel& channel_;
    const Client& client_;
    bool in_step_ = true;  // every frame of the request was taken
};

}  // namespace bytestore::remote
