// Serves a backend on DATADIR/SOCK.
//
// One thread watches the listener and the connections that rest; a few others take what comes, and none of them waits
// for a client: whoever is silent, or stops half-way in a request or an answer, costs no thread. When there are too
// many connections, or too many hold memory, some make way (crowd.h); they are told what of theirs was not begun, so
// that they may ask again. Garbage closes its own connection.
#pragma once

#include "engine/options.h"
#include "engine/result.h"
#include "fs/descriptor.h"
#include "fs/remote/backend.h"
#include "fs/remote/crowd.h"
#include "fs/remote/socket_file.h"

#include <poll.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace bytestore::remote {

struct ServerSettings {
    std::string mount_point{};  // for messages
    LogFunction log{};          // nullptr: silence
    std::size_t max_connections = 64;
    std::size_t workers = 16;
    // How long a connection may rest, half-way or not.
    std::chrono::milliseconds patience{30000};
    // How long a request or an answer may stop half-way while it keeps somebody else out; to which a second is added
    // for each MiB that has moved.
    std::chrono::milliseconds stall{1000};
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

    // Begins no more requests, removes the name, answers what was begun, and says goodbye to all. May be called again,
    // from any thread; each call returns when all that is done.
    void stop();

private:
    using Clock = Connection::Clock;

    Server(Backend& backend, ServerSettings settings, std::unique_ptr<SocketFile> socket, fs::Descriptor wake);

    void watch();
    bool watch_once();
    void make_way_locked();
    void part_locked(const Connection& connection);
    Clock::time_point next_look_locked() const;
    void sort_locked(std::span<Connection* const> rested, std::span<const pollfd> polled);
    void accept_one();
    Result<Connection> take_in(fs::Descriptor socket);
    void work();
    bool serve(Conversation& conversation);
    bool may_go_on(Clock::time_point turn_ends);
    void wake();

    Backend& backend_;
    const ServerSettings settings_;
    const fs::Descriptor wake_;

    std::mutex stop_mutex_;  // taken before mutex_
    std::mutex mutex_;
    std::condition_variable changed_;
    std::unique_ptr<SocketFile> socket_;  // changes when the watching thread has ended
    // Guarded by mutex_. Resting connections are taken out by the watching thread alone, and served ones by the thread
    // that serves them.
    Crowd crowd_;
    std::atomic<bool> stopping_ = false;  // set with mutex_
    Clock::time_point last_answers_;      // until when answers may be taken at a stop
    // Who rested waits for its goodbye. The threads that serve stay until then: nobody else would say it.
    bool all_handed_over_ = false;

    std::vector<std::jthread> workers_;  // guarded by stop_mutex_
    std::jthread watcher_;
};

}  // namespace bytestore::remote
