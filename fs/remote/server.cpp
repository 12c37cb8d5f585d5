#include "fs/remote/server.h"

#include "engine/io/os_error.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <utility>

namespace bytestore::remote {
namespace {

using std::chrono::steady_clock;

// A client that asks again at once, as a scan does, is answered by the same thread, for a while.
constexpr std::chrono::milliseconds kNextPiece{2};
constexpr std::chrono::milliseconds kTurn{20};
// At a stop, for answers to be taken.
constexpr std::chrono::seconds kLastAnswers{2};
// While somebody is to make way.
constexpr std::chrono::milliseconds kSoon{20};
// After a failed accept, so that a lack of descriptors is no busy loop.
constexpr std::chrono::milliseconds kBreath{10};

std::chrono::milliseconds until(steady_clock::time_point when)
{
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(when - steady_clock::now()),
                    std::chrono::milliseconds(0));
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const std::string& directory, std::uint64_t inode, Backend& backend,
                                              ServerSettings settings)
{
    TRY_ASSIGN(auto socket, SocketFile::listen(directory, inode));
    fs::Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake.valid()) {
        return os_failure(errno, "make", "an event");
    }
    std::unique_ptr<Server> server(new Server(backend, std::move(settings), std::move(socket), std::move(wake)));
    return server;
}

Server::Server(Backend& backend, ServerSettings settings, std::unique_ptr<SocketFile> socket, fs::Descriptor wake)
    : backend_(backend),
      settings_(std::move(settings)),
      wake_(std::move(wake)),
      socket_(std::move(socket)),
      crowd_({.connections = settings_.max_connections, .places = settings_.workers})
{
    for (std::size_t i = 0; i < settings_.workers; ++i) {
        workers_.emplace_back([this] { work(); });
    }
    watcher_ = std::jthread([this] { watch(); });
}

Server::~Server()
{
    stop();
}

void Server::wake()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);  // full: it wakes already
}

// The threads that serve part with everybody: several answers may have to be taken at the same time.
void Server::stop()
{
    const std::lock_guard stops(stop_mutex_);
    {
        const std::lock_guard lock(mutex_);
        if (stopping_.exchange(true)) {
            return;
        }
        last_answers_ = Clock::now() + kLastAnswers;
    }
    wake();
    watcher_.join();
    socket_.reset();
    {
        const std::lock_guard lock(mutex_);
        for (auto* connection : crowd_.resting()) {
            crowd_.change(*connection, Connection::State::waiting);
        }
        all_handed_over_ = true;
        changed_.notify_all();
    }
    workers_.clear();
}

void Server::watch()
{
    while (watch_once()) {
    }
}

// False at the end.
bool Server::watch_once()
{
    std::vector<Connection*> rested;
    std::vector<pollfd> polled;
    Clock::time_point next_look;
    {
        const std::lock_guard lock(mutex_);
        make_way_locked();
        rested = crowd_.resting();
        next_look = next_look_locked();
        // With too many of them at work who comes waits in the backlog.
        polled = {{.fd = wake_.get(), .events = POLLIN, .revents = 0},
                  {.fd = crowd_.has_room() ? socket_->listener() : -1, .events = POLLIN, .revents = 0}};
    }
    for (const auto* connection : rested) {
        const auto& conversation = *connection->conversation;
        polled.push_back({.fd = conversation.descriptor(), .events = conversation.awaits(), .revents = 0});
    }
    ::poll(polled.data(), polled.size(), static_cast<int>(until(next_look).count()));
    std::uint64_t woken = 0;
    [[maybe_unused]] const auto drained = ::read(wake_.get(), &woken, sizeof woken);
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            return false;
        }
        sort_locked(rested, std::span(polled).subspan(2));
    }
    if (polled[1].revents != 0) {
        accept_one();
    }
    return true;
}

// Those that have rested too long, those of whom there are too many, and, while somebody waits in vain, those that have
// stopped half-way.
void Server::make_way_locked()
{
    const auto now = Clock::now();
    const bool blocked = crowd_.is_blocked();
    for (const auto* connection : crowd_.resting()) {
        const bool stalls = blocked && connection->is_busy() && connection->conversation->is_late(now, settings_.stall);
        if (stalls || now >= connection->since + settings_.patience) {
            part_locked(*connection);
        }
    }
    while (const auto* connection = crowd_.too_many(now)) {
        part_locked(*connection);
    }
}

void Server::part_locked(const Connection& connection)
{
    connection.conversation->part({});
    crowd_.remove(connection);
    changed_.notify_all();  // whoever waited for its place
}

Server::Clock::time_point Server::next_look_locked() const
{
    const auto now = Clock::now();
    if (crowd_.is_crowded() || crowd_.is_blocked()) {
        return now + kSoon;
    }
    auto next = now + settings_.patience;
    for (const auto* connection : crowd_.resting()) {
        next = std::min(next, connection->since + settings_.patience);
    }
    return next;
}

// Hands those on that can go on. `polled` is of them all.
void Server::sort_locked(std::span<Connection* const> rested, std::span<const pollfd> polled)
{
    for (std::size_t i = 0; i < rested.size(); ++i) {
        if (polled[i].revents != 0) {
            crowd_.change(*rested[i], Connection::State::waiting);
            changed_.notify_one();
        }
    }
}

void Server::accept_one()
{
    fs::Descriptor socket(::accept4(socket_->listener(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.valid()) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            std::this_thread::sleep_for(kBreath);
        }
        return;
    }
    auto connection = take_in(std::move(socket));
    if (!connection) {
        if (settings_.log) {
            settings_.log(LogLevel::warning, connection.error().message);
        }
        return;
    }
    const std::lock_guard lock(mutex_);
    crowd_.add(std::move(*connection));
}

Result<Connection> Server::take_in(fs::Descriptor socket)
{
    TRY_ASSIGN(const auto peer, peer_of(socket.get()));
    TRY_ASSIGN(const auto directory, permissions_of(socket_->directory()));
    Client client{.access = access_of(peer, directory, ::geteuid()),
                  .denial = fmt::format("user {} lacks the permission of the data directory for this (process {} "
                                        "serves it, mounted at {})",
                                        peer.uid, ::getpid(), settings_.mount_point)};
    Connection connection;
    connection.conversation = std::make_unique<Conversation>(std::move(socket), backend_, std::move(client));
    connection.user = peer.uid;
    connection.is_own = peer.uid == 0 || peer.uid == ::geteuid();
    return connection;
}

void Server::work()
{
    std::unique_lock lock(mutex_);
    while (true) {
        Connection* connection = nullptr;
        changed_.wait(lock, [&] {
            connection = crowd_.next();
            return connection || all_handed_over_;
        });
        if (!connection) {
            return;
        }
        crowd_.change(*connection, Connection::State::served);
        lock.unlock();
        const bool stays = serve(*connection->conversation);
        lock.lock();
        if (stays) {
            crowd_.change(*connection, stopping_ ? Connection::State::waiting : Connection::State::resting);
        } else {
            crowd_.remove(*connection);
        }
        wake();
        changed_.notify_all();
    }
}

// Whether the connection can be used again.
bool Server::serve(Conversation& conversation)
{
    try {
        const auto turn_ends = Clock::now() + kTurn;
        auto step = Conversation::Step::moved;
        while (step == Conversation::Step::moved && may_go_on(turn_ends)) {
            step = conversation.go_on();
            if (step == Conversation::Step::stuck &&
                ready_within(conversation.descriptor(), conversation.awaits(), kNextPiece)) {
                step = Conversation::Step::moved;
            }
        }
        if (stopping_ && step != Conversation::Step::over) {
            conversation.part(last_answers_);
            return false;
        }
        return step != Conversation::Step::over;
    } catch (const std::exception& error) {
        if (settings_.log) {
            settings_.log(LogLevel::error, fmt::format("a request through the socket: {}", error.what()));
        }
        return false;
    }
}

bool Server::may_go_on(Clock::time_point turn_ends)
{
    if (stopping_ || Clock::now() < turn_ends) {
        return !stopping_;
    }
    const std::lock_guard lock(mutex_);
    return !crowd_.somebody_waits();
}

}  // namespace bytestore::remote
