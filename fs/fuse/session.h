// A FUSE session: the connection to the kernel, from mount to unmount.
#pragma once

#include "engine/result.h"
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/request_loop.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bytestore::fuse {

// At most one in a process.
class Session {
public:
    // `options` are those of libfuse and the kernel, as `-o` takes them, not escaped. `userdata` is handed to every
    // operation. `initialized` runs, on any thread, while the kernel's first message is answered. `spin`: see
    // RequestLoop.
    static Result<std::unique_ptr<Session>> create(const std::vector<std::string>& options,
                                                   const fuse_lowlevel_ops& operations, void* userdata,
                                                   std::function<void()> initialized, std::chrono::microseconds spin);
    // Unmounts if need be.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    fuse_session* get() { return session_; }

    Status mount(const std::string& mount_point);
    // Answers the kernel until the file system is unmounted or stop is called. Every request that was begun is answered
    // when this returns.
    Status serve() { return loop_.run(); }
    // Any thread may call it, at any time.
    void stop() { loop_.stop(); }
    // Takes the mount out of the name space at once, even if files are open. Their requests fail from now on.
    void unmount();

private:
    Session(fuse_session* session, std::chrono::microseconds spin)
        : session_(session), loop_(session, spin)
    {
    }

    fuse_session* const session_;
    RequestLoop loop_;
    bool mounted_ = false;
};

}  // namespace bytestore::fuse
