// One run of kvs: its streams, its options, and how it comes to the store: through the daemon that shows it, if there
// is one, else as the store itself.
#pragma once

#include "fs/remote/backend.h"
#include "tools/cli.h"
#include "tools/io.h"
#include "tools/output.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bytestore::tools {

using remote::Backend;

struct Session {
    Session(Io& streams, const CommandLine& line);

    // What these open outlives the daemon, and not the session (steady_backend.h).
    //
    // Changes nothing on disk, takes no lock, and finds a missing directory empty. Where the daemon does not answer,
    // the files do.
    Result<std::unique_ptr<Backend>> open_for_reading() const;
    // Makes a missing directory, and waits for another kvs, or a daemon that is starting or closing.
    Result<std::unique_ptr<Backend>> open_for_writing() const;
    // Runs `body` on what that opens, and closes it: what was changed is durable.
    Status change(const std::function<Status(Backend&)>& body) const;
    // Has a daemon, if there is one, store what its mount holds back. If it cannot, that is a warning.
    void sync_daemon() const;
    // Bytes that a value may have.
    std::uint64_t max_value() const;

    Io& io;
    Output out;
    LogFunction log;
    std::string directory;
    bool read_only;  // nothing is opened for writing: Errc::read_only

private:
    Result<std::unique_ptr<Backend>> open_store(bool to_read) const;
    Result<std::unique_ptr<Backend>> find_reader() const;
    Result<std::unique_ptr<Backend>> find_writer() const;
};

}  // namespace bytestore::tools
