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

// A client that asks again at once, as a scan does, is answered by the same thread.
constexpr std::chrono::milliseconds kNextRequest{2};
// At a stop, for answers to be taken.
constexpr std::chrono::seconds kLastAnswers{2};
// Before it makes way for another one, a connection may rest at least so long.
constexpr std::chrono::milliseconds kGrace{100};
// After a failed accept, so that a lack of descriptors is no busy loop.
constexpr std::chrono::milliseconds kBreath{10};

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
    : backend_(backend), settings_(std::move(settings)), wake_(std::move(wake)), socket_(std::move(socket))
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

// With mutex_ held.
void Server::hang_up(int how)
{
    for (const auto* connection : served_) {
        ::shutdown(connection->channel.descriptor(), how);
    }
    for (const auto& connection : waiting_) {
        ::shutdown(connection->channel.descriptor(), how);
    }
}

void Server::stop()
{
    const std::lock_guard stops(stop_mutex_);
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(stopping_, true)) {
            return;
        }
    }
    wake();
    watcher_.join();
    std::unique_lock lock(mutex_);
    socket_.reset();
    resting_.clear();
    hang_up(SHUT_RD);  // who has sent half a request gets no more time for the rest
    changed_.notify_all();
    if (!changed_.wait_for(lock, kLastAnswers, [this] { return served_.empty() && waiting_.empty(); })) {
        hang_up(SHUT_RDWR);
    }
    lock.unlock();
    workers_.clear();
}

void Server::watch()
{
    while (watch_once()) {
    }
}

// The wake, the listener if there is room for who comes, and the connections that rest, oldest first.
Server::Watched Server::watched_locked() const
{
    Watched watched{.polled = {{.fd = wake_.get(), .events = POLLIN, .revents = 0}},
                    .until = steady_clock::now() + settings_.patience};
    // With all of them at work there is no room: who comes waits in the backlog.
    bool room = connections_locked() < settings_.max_connections;
    if (!room && !resting_.empty()) {
        const auto makes_way = resting_.front()->rests_since + kGrace;
        room = makes_way <= steady_clock::now();
        watched.until = room ? watched.until : std::min(watched.until, makes_way);
    }
    watched.polled.push_back({.fd = room ? socket_->listener() : -1, .events = POLLIN, .revents = 0});
    for (const auto& connection : resting_) {
        watched.polled.push_back({.fd = connection->channel.descriptor(), .events = POLLIN, .revents = 0});
        watched.until = std::min(watched.until, connection->rests_since + settings_.patience);
    }
    return watched;
}

// Hands those on that ask something, and closes those that have rested too long. `polled` is of them all.
void Server::sort_resting_locked(std::span<const pollfd> polled)
{
    const auto now = steady_clock::now();
    auto connection = resting_.begin();
    for (const auto& state : polled) {
        const auto here = connection++;
        if (state.revents != 0) {
            waiting_.splice(waiting_.end(), resting_, here);
            changed_.notify_one();
        } else if ((*here)->rests_since + settings_.patience <= now) {
            resting_.erase(here);
        }
    }
}

// False at the end.
bool Server::watch_once()
{
    Watched watched;
    {
        const std::lock_guard lock(mutex_);
        watched = watched_locked();
    }
    auto& polled = watched.polled;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(watched.until - steady_clock::now());
    ::poll(polled.data(), polled.size(), static_cast<int>(std::max<std::int64_t>(wait.count(), 0)));
    std::uint64_t woken = 0;
    [[maybe_unused]] const auto drained = ::read(wake_.get(), &woken, sizeof woken);
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            return false;
        }
        sort_resting_locked(std::span(polled).subspan(2));
    }
    if (polled[1].revents != 0) {
        accept_one();
    }
    return true;
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
    if (connections_locked() >= settings_.max_connections && !resting_.empty()) {
        resting_.pop_front();
    }
    resting_.push_back(std::move(*connection));
}

Result<Server::ConnectionPtr> Server::take_in(fs::Descriptor socket) const
{
    TRY_ASSIGN(const auto peer, peer_of(socket.get()));
    TRY_ASSIGN(const auto directory, permissions_of(socket_->directory()));
    auto connection = std::make_unique<Connection>(Connection{
        .channel = Channel(std::move(socket), settings_.patience),
        .client = {.access = access_of(peer, directory, ::geteuid()),
                   .denial = fmt::format("user {} lacks the permission of the data directory for this (process {} "
                                         "serves it, mounted at {})",
                                         peer.uid, ::getpid(), settings_.mount_point)},
        .user = peer.uid,
        .rests_since = steady_clock::now()});
    return connection;
}

// The first that may be served: one user, who may stop half-way in every request, gets no more than half of the
// workers, unless it is root or the daemon's own.
Server::ConnectionPtr Server::next_locked()
{
    const auto may_be_served = [this](const ConnectionPtr& connection) {
        const auto same = [&](const Connection* other) { return other->user == connection->user; };
        return connection->user == 0 || connection->user == ::geteuid() || stopping_ ||
               2 * static_cast<std::size_t>(std::ranges::count_if(served_, same)) < settings_.workers;
    };
    const auto found = std::ranges::find_if(waiting_, may_be_served);
    if (found == waiting_.end()) {
        return nullptr;
    }
    auto connection = std::move(*found);
    waiting_.erase(found);
    return connection;
}

void Server::work()
{
    std::unique_lock lock(mutex_);
    while (true) {
        ConnectionPtr connection;
        changed_.wait(lock, [&] {
            connection = next_locked();
            return connection || stopping_;
        });
        if (!connection) {
            return;
        }
        served_.push_back(connection.get());
        lock.unlock();
        const bool stays = serve(*connection);
        lock.lock();
        std::erase(served_, connection.get());
        if (stays && !stopping_) {
            connection->rests_since = steady_clock::now();
            resting_.push_back(std::move(connection));
        } else {
            connection.reset();
        }
        wake();
        changed_.notify_all();
    }
}

// Whether the connection can be used again.
bool Server::serve(Connection& connection)
{
    try {
        Answers answers(backend_, connection.channel, connection.client);
        do {
            if (!answers.serve(settings_.patience)) {
                return false;
            }
        } while (connection.channel.readable_within(kNextRequest));
        return true;
    } catch (const std::exception& error) {
        if (settings_.log) {
            settings_.log(LogLevel::error, fmt::format("a request through the socket: {}", error.what()));
        }
        return false;
    }
}

}  // namespace bytestore::remote
