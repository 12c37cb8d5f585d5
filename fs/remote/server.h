// Serves a backend on DATADIR/SOCK.
//
// One thread watches the listener and the connections that rest; a few others take the requests that come. Whoever is
// silent costs no thread: when there are too many connections, the one that has rested longest is closed, but not
// before it had time to ask. Whoever stops half-way is given up after a while, and keeps
// others' requests from no more than half of the workers. Garbage closes its own connection.
#pragma once

#include "engine/options.h"
#include "engine/result.h"
#include "fs/descriptor.h"
#include "fs/remote/answers.h"
#include "fs/remote/backend.h"
#include "fs/remote/socket_file.h"

#include <poll.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace bytestore::remote {

struct ServerSettings {
    std::string mount_point;  // for messages
    LogFunction log;          // nullptr: silence
    std::size_t max_connections = 64;
    std::size_t workers = 16;
    // For a request that has begun, and for an answer to be taken; also how long a connection may rest.
    std::chrono::milliseconds patience{30000};
};

class Server {
public:
    // `backend` outlives the server and is used by several threads at once. Requests may come before this returns.
    // `inode` is that of the data directory that the store is in.
    static Result<std::unique_ptr<Server>> start(const std::string& directory, std::uint64_t inode, Backend& backend,
                                                 ServerSettings settings);
    // Stops.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Takes no more requests, removes the name, and answers what was begun. May be called again, from any thread; each
    // call returns when all that is done.
    void stop();

private:
    struct Connection {
        Channel channel;
        Client client;
        uid_t user = 0;
        std::chrono::steady_clock::time_point rests_since;
    };
    using ConnectionPtr = std::unique_ptr<Connection>;
    struct Watched {
        std::vector<pollfd> polled;
        std::chrono::steady_clock::time_point until;
    };

    Server(Backend& backend, ServerSettings settings, std::unique_ptr<SocketFile> socket, fs::Descriptor wake);

    void watch();
    bool watch_once();
    Watched watched_locked() const;
    void sort_resting_locked(std::span<const pollfd> polled);
    void accept_one();
    Result<ConnectionPtr> take_in(fs::Descriptor socket) const;
    ConnectionPtr next_locked();
    void work();
    bool serve(Connection& connection);
    void wake();
    void hang_up(int how);
    std::size_t connections_locked() const { return resting_.size() + waiting_.size() + served_.size(); }

    Backend& backend_;
    const ServerSettings settings_;
    const fs::Descriptor wake_;

    std::mutex stop_mutex_;  // taken before mutex_
    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_.
    std::unique_ptr<SocketFile> socket_;
    std::list<ConnectionPtr> resting_;  // oldest first; taken out by the watching thread alone
    std::list<ConnectionPtr> waiting_;  // a request has come
    std::vector<Connection*> served_;
    bool stopping_ = false;

    std::vector<std::jthread> workers_;  // guarded by stop_mutex_
    std::jthread watcher_;
};

}  // namespace bytestore::remote
