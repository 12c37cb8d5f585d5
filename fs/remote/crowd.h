// The connections of a server: whose request is served next, and who makes way for others.
//
// Whoever is being served has a place, and so has who holds much memory meanwhile, which bounds it. Root and the
// daemon's own user always come in: all others together leave them a quarter of the places, and of the connections;
// and one of those others gets no more than half of the places.
//
// Threads: one at a time.
#pragma once

#include "fs/remote/conversation.h"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bytestore::remote {

struct CrowdLimits {
    std::size_t connections = 64;  // beyond which some are to make way; of twice as many they do so at once
    std::size_t places = 16;
    std::chrono::milliseconds grace{100};  // for a connection to ask something before it makes way
};

struct Connection {
    using Clock = std::chrono::steady_clock;
    enum class State : std::uint8_t {
        resting,  // until the socket is ready
        waiting,  // to be served
        served,
    };

    bool is_busy() const { return state == State::served || conversation->holds_much(); }

    std::unique_ptr<Conversation> conversation;  // while it is served, the server's
    uid_t user = 0;
    bool is_own = false;  // root's, or that of the daemon's user
    State state = State::resting;
    Clock::time_point since = Clock::now();  // when it came to rest, or began to wait
};

class Crowd {
public:
    explicit Crowd(CrowdLimits limits)
        : limits_(limits)
    {
    }

    void add(Connection connection);
    void remove(const Connection& connection);
    void change(Connection& connection, Connection::State state);

    bool has_room() const { return connections_.size() < 2 * limits_.connections || makes_way() != nullptr; }
    std::vector<Connection*> resting() const;
    // The one that has waited longest of those that there is a place for; nullptr if there is none.
    Connection* next() const;
    bool somebody_waits() const;
    // In vain.
    bool is_blocked() const { return somebody_waits() && !next(); }
    // Somebody of whom there are too many; nullptr if there are not.
    Connection* too_many(Connection::Clock::time_point now) const;
    bool is_crowded() const { return connections_.size() > limits_.connections; }

private:
    template <class Which>
    std::size_t count(Which which) const;
    bool has_place(const Connection& connection) const;
    Connection* makes_way() const;

    const CrowdLimits limits_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace bytestore::remote
