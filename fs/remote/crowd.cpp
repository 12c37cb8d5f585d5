#include "fs/remote/crowd.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bytestore::remote {
namespace {

using State = Connection::State;

std::size_t without_a_quarter(std::size_t all)
{
    return std::max<std::size_t>(all - all / 4, 1);
}

}  // namespace

void Crowd::add(Connection connection)
{
    connections_.push_back(std::make_unique<Connection>(std::move(connection)));
}

void Crowd::remove(const Connection& connection)
{
    std::erase_if(connections_, [&](const auto& each) { return each.get() == &connection; });
}

void Crowd::change(Connection& connection, State state)
{
    connection.state = state;
    connection.since = Connection::Clock::now();
}

template <class Which>
std::size_t Crowd::count(Which which) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(connections_, [&](const auto& each) { return which(*each); }));
}

std::vector<Connection*> Crowd::resting() const
{
    std::vector<Connection*> all;
    for (const auto& connection : connections_) {
        if (connection->state == State::resting) {
            all.push_back(connection.get());
        }
    }
    return all;
}

bool Crowd::has_place(const Connection& connection) const
{
    if (connection.is_busy()) {
        return true;
    }
    const auto busy = [](const Connection& other) { return other.is_busy(); };
    const auto others_busy = [](const Connection& other) { return other.is_busy() && !other.is_own; };
    const auto users_busy = [&](const Connection& other) { return other.is_busy() && other.user == connection.user; };
    return count(busy) < limits_.places &&
           (connection.is_own || (count(others_busy) < without_a_quarter(limits_.places) &&
                                  count(users_busy) < std::max<std::size_t>(limits_.places / 2, 1)));
}

Connection* Crowd::next() const
{
    Connection* first = nullptr;
    for (const auto& connection : connections_) {
        const bool earlier = connection->state == State::waiting && (!first || connection->since < first->since);
        if (earlier && has_place(*connection)) {
            first = connection.get();
        }
    }
    return first;
}

bool Crowd::somebody_waits() const
{
    return std::ranges::any_of(connections_, [](const auto& each) { return each->state == State::waiting; });
}

// Of the user who has the most, that which has done nothing for longest. A request that is being served is ended by
// nobody.
Connection* Crowd::makes_way() const
{
    const auto others = count([](const Connection& each) { return !each.is_own; });
    const bool spares_own = others > without_a_quarter(limits_.connections);
    Connection* found = nullptr;
    std::size_t most = 0;
    for (const auto& connection : connections_) {
        if (connection->state == State::served || (spares_own && connection->is_own)) {
            continue;
        }
        const auto has = count([&](const Connection& each) { return each.user == connection->user; });
        if (has > most || (has == most && connection->since < found->since)) {
            found = connection.get();
            most = has;
        }
    }
    return found;
}

Connection* Crowd::too_many(Connection::Clock::time_point now) const
{
    auto* const found = is_crowded() ? makes_way() : nullptr;
    const bool has_grace = connections_.size() < 2 * limits_.connections && found && now < found->since + limits_.grace;
    return has_grace ? nullptr : found;
}

}  // namespace bytestore::remote
