// A FUSE session: the connection to the kernel, from mount to unmount.
#pragma once

#include "engine/result.h"
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/keep_awake.h"
#include "fs/fuse/request_loop.h"
#include "fs/fuse/rings.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bytestore::fuse {

// How the kernel's requests come: read from /dev/fuse, or, where both libfuse (from 3.18) and the kernel offer it, over
// io_uring, which hands a request to a thread on the CPU of whoever made it.
enum class Transport : std::uint8_t { device, io_uring };

struct SessionSettings {
    std::vector<std::string> options;  // of libfuse and the kernel, as `-o` takes them, not escaped
    std::chrono::microseconds spin{};  // see RequestLoop and KeepAwake
    bool io_uring = false;             // where it is offered
};

// At most one in a process.
class Session {
public:
    // `userdata` is handed to every operation.
    static Result<std::unique_ptr<Session>> create(const SessionSettings& settings, const fuse_lowlevel_ops& operations,
                                                   void* userdata);
    // Unmounts if need be.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    fuse_session* get() { return session_; }

    Status mount(const std::string& mount_point);
    // Answers the kernel until the file system is unmounted or stop is called. Every request that was begun is answered
    // when this returns. `started` runs once the kernel's first message is answered, after which the mount is of use.
    Status serve(const std::function<void(Transport)>& started);
    // Any thread may call it, at any time.
    void stop() { loop_.stop(); }
    // Takes the mount out of the name space at once, even if files are open. Their requests fail from now on.
    void unmount();

    Rings& rings() { return rings_; }

private:
    Session(fuse_session* session, const SessionSettings& settings);

    Status serve_device();
    Status serve_rings();

    fuse_session* const session_;
    RequestLoop loop_;
    const std::chrono::microseconds spin_;
    KeepAwake awake_;
    Rings rings_;
    bool mounted_ = false;
};

}  // namespace bytestore::fuse
