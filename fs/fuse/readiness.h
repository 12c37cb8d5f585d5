// Starting a daemon so that whoever starts it learns how that went.
//
// The process is split early, before it has threads or locks. The first one waits for word from the second over a pipe,
// and its result is that word; a daemon that dies silently is reported as well.
#pragma once

#include "engine/result.h"
#include "fs/descriptor.h"

#include <functional>
#include <utility>

namespace bytestore::fuse {

// The daemon's end.
class Starter {
public:
    explicit Starter(fs::Descriptor pipe)
        : pipe_(std::move(pipe))
    {
    }

    // The start succeeded. Leaves the terminal, the session and the working directory behind. An error means that
    // nobody waits any more.
    Status ready();
    // It did not. May follow ready(), as long as the other side has not confirmed it.
    void failed(const Error& error);

private:
    fs::Descriptor pipe_;
};

// Runs `daemon` in a new process, which ends with it: with exit status 0, or 1 for an error. Returns in the old process
// only: success once the daemon called ready() and `confirm` (called here) agrees, else the daemon's error.
Status run_in_background(const std::function<Status(Starter&)>& daemon, const std::function<Status()>& confirm);

// Sends `state`, such as "READY=1", to the service manager that started this process, in the manner of sd_notify(3).
// Success without a service manager.
Status notify_service_manager(const std::string& state);

}  // namespace bytestore::fuse
