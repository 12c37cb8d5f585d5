// A FUSE session: the connection to the kernel, from mount to unmount.
#pragma once

#include "engine/result.h"
#include "fs/fuse/fuse_api.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bytestore::fuse {

// At most one in a process.
class Session {
public:
    // `options` are those of libfuse and the kernel, as `-o` takes them, not escaped. `userdata` is handed to every
    // operation. `initialized` runs, on any thread, while the kernel's first message is answered.
    static Result<std::unique_ptr<Session>> create(const std::vector<std::string>& options,
                                                   const fuse_lowlevel_ops& operations, void* userdata,
                                                   std::function<void()> initialized);
    // Unmounts if need be.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    fuse_session* get() { return session_; }

    Status mount(const std::string& mount_point);
    // Answers the kernel until the file system is unmounted, or fuse_session_exit is called and the calling thread gets
    // a signal. Every request that was begun is answered when this returns.
    Status serve();
    // Takes the mount out of the name space at once, even if files are open. Their requests fail from now on.
    void unmount();

private:
    explicit Session(fuse_session* session)
        : session_(session)
    {
    }

    fuse_session* const session_;
    bool mounted_ = false;
};

}  // namespace bytestore::fuse
