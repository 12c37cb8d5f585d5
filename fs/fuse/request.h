// What the operations have in common: from where a request comes, and how it is answered.
#pragma once

#include "fs/fuse/operations.h"
#include "fs/fuse/replies.h"
#include "fs/fuse/request_loop.h"

#include <cerrno>
#include <new>
#include <utility>

namespace bytestore::fuse {

inline Filesystem& filesystem(fuse_req_t request)
{
    return *static_cast<Filesystem*>(fuse_req_userdata(request));
}

inline fs::Owner caller(fuse_req_t request)
{
    const auto* context = fuse_req_ctx(request);
    return {.uid = context->uid, .gid = context->gid};
}

// Nothing thrown reaches libfuse. The body answers as its last step, so what is caught here was not answered yet.
template <class Body>
void guard(fuse_req_t request, Body body) noexcept
{
    const Rings::Visit visit(came_over_io_uring(request) ? &filesystem(request).rings() : nullptr);
    try {
        body(filesystem(request).core());
    } catch (const std::bad_alloc&) {
        fuse_reply_err(request, ENOMEM);
    } catch (...) {
        fuse_reply_err(request, EIO);
    }
}

// Before a request waits for something, others are to be taken. `body` may run on another thread after this returned,
// so it holds what it needs by value; names and bytes that came with the request stay until it is answered.
template <class Body>
void guard_waiting(fuse_req_t request, Body body) noexcept
{
    if (!came_over_io_uring(request)) {
        RequestLoop::hand_over();
        guard(request, std::move(body));
        return;
    }
    guard(request, [&](fs::Filesystem&) {
        filesystem(request).rings().waiting_threads().run([request, body] { guard(request, body); });
    });
}

// What changes the store, perhaps much of it. `body` as above.
template <class Body>
void guard_change(fuse_req_t request, bool is_large, Body body) noexcept
{
    auto& mount = filesystem(request);
    if (mount.settings().changes_wait || is_large || mount.core().is_busy_for_long()) {
        guard_waiting(request, std::move(body));
    } else {
        guard(request, std::move(body));
    }
}

template <class Body>
void guard_change(fuse_req_t request, Body body) noexcept
{
    guard_change(request, false, std::move(body));
}

inline void reply_entry(fuse_req_t request, const Result<fs::Attributes>& attributes)
{
    if (!attributes) {
        reply_error(request, attributes.error());
        return;
    }
    filesystem(request).tells(*attributes);
    const auto entry = entry_of(*attributes, filesystem(request).settings());
    fuse_reply_entry(request, &entry);
}

}  // namespace bytestore::fuse
