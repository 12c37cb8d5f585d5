// What the operations have in common: from where a request comes, and how it is answered.
#pragma once

#include "fs/fuse/operations.h"
#include "fs/fuse/replies.h"
#include "fs/fuse/request_loop.h"

#include <cerrno>
#include <new>

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
    try {
        body(filesystem(request).core());
    } catch (const std::bad_alloc&) {
        fuse_reply_err(request, ENOMEM);
    } catch (...) {
        fuse_reply_err(request, EIO);
    }
}

// What changes the store.
template <class Body>
void guard_change(fuse_req_t request, Body body) noexcept
{
    if (filesystem(request).settings().changes_wait) {
        RequestLoop::hand_over();
    }
    guard(request, body);
}

inline void reply_entry(fuse_req_t request, const Result<fs::Attributes>& attributes)
{
    if (!attributes) {
        reply_error(request, attributes.error());
        return;
    }
    const auto entry = entry_of(*attributes, filesystem(request).settings());
    fuse_reply_entry(request, &entry);
}

}  // namespace bytestore::fuse
