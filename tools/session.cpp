#include "tools/session.h"

#include "fs/mapping.h"
#include "fs/remote/client.h"
#include "tools/local_backend.h"
#include "tools/logging.h"
#include "tools/steady_backend.h"

#include <chrono>
#include <thread>
#include <utility>

namespace bytestore::tools {
namespace {

using remote::RemoteBackend;

constexpr std::chrono::seconds kLockWait{10};
constexpr std::chrono::milliseconds kBetweenLooks{10};
// For a daemon that is there to say hello. A command that reads has the files to turn to.
constexpr std::chrono::seconds kAnswer{10};
constexpr std::chrono::seconds kReadersAnswer{3};

using Deadline = std::chrono::steady_clock::time_point;

}  // namespace

Session::Session(Io& streams, const CommandLine& line)
    : io(streams),
      out(streams.out),
      log(make_log(streams.err, line.verbosity)),
      directory(line.directory),
      read_only(line.read_only)
{
}

Result<std::unique_ptr<Backend>> Session::open_store(bool to_read) const
{
    Options options;
    options.is_hidden = fs::is_marker;
    options.log = log;
    options.read_only = to_read;
    options.index_on_demand = true;
    options.housekeeping_thread = false;  // what is due is done before the command ends
    TRY_ASSIGN(auto store, Store::open(directory, std::move(options)));
    return std::make_unique<LocalBackend>(std::move(store));
}

Result<std::unique_ptr<Backend>> Session::open_for_reading() const
{
    TRY_ASSIGN(auto found, find_reader());
    return std::make_unique<SteadyBackend>(std::move(found), [this] { return find_reader(); });
}

Result<std::unique_ptr<Backend>> Session::open_for_writing() const
{
    if (read_only) {
        return fail(Errc::read_only, "this command would change the store, and --read-only was given");
    }
    TRY_ASSIGN(auto found, find_writer());
    return std::make_unique<SteadyBackend>(std::move(found), [this] { return find_writer(); });
}

Result<std::unique_ptr<Backend>> Session::find_reader() const
{
    auto daemon = RemoteBackend::connect(directory, kReadersAnswer);
    if (daemon && *daemon) {
        return std::move(*daemon);
    }
    if (!daemon) {
        log(LogLevel::info, daemon.error().message + "; reading the files");
    }
    return open_store(true);
}

// A daemon takes the lock before it listens, and stops to listen before it gives the lock up.
Result<std::unique_ptr<Backend>> Session::find_writer() const
{
    const Deadline deadline = std::chrono::steady_clock::now() + kLockWait;
    while (true) {
        auto daemon = RemoteBackend::connect(directory, kAnswer);
        if (daemon && *daemon) {
            return std::move(*daemon);
        }
        auto store = open_store(false);
        if (store) {
            return store;
        }
        if (!daemon) {
            return forward(daemon);
        }
        if (store.error().code != Errc::locked || std::chrono::steady_clock::now() >= deadline) {
            return store;
        }
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

Status Session::change(const std::function<Status(Backend&)>& body) const
{
    TRY_ASSIGN(const auto backend, open_for_writing());
    TRY(body(*backend));
    return backend->close();
}

void Session::sync_daemon() const
{
    const auto daemon = RemoteBackend::connect(directory, kReadersAnswer);
    const auto synced = daemon && *daemon ? (*daemon)->sync() : Status();
    if (!daemon || !synced) {
        const Error& error = daemon ? synced.error() : daemon.error();
        log(LogLevel::warning, error.message + "; what its mount has not stored yet is left out");
    }
}

std::uint64_t Session::max_value() const
{
    const auto daemon = RemoteBackend::connect(directory, kAnswer);
    return daemon && *daemon ? (*daemon)->max_value() : Options().max_value;
}

}  // namespace bytestore::tools
