// The one place that includes libfuse, so that every file agrees on the version of its interface, and what newer ones
// have besides.
#pragma once

#define FUSE_USE_VERSION 314

#include <fuse_lowlevel.h>

#include <cstdint>

namespace bytestore::fuse {

#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 18)
constexpr bool kKnowsIoUring = true;
constexpr std::uint64_t kIoUringCapability = FUSE_CAP_OVER_IO_URING;

inline bool came_over_io_uring(fuse_req_t request)
{
    return fuse_req_is_uring(request);
}
#else
constexpr bool kKnowsIoUring = false;
constexpr std::uint64_t kIoUringCapability = 0;

inline bool came_over_io_uring(fuse_req_t /*request*/)
{
    return false;
}
#endif

// For `init`. `want`: if the kernel offers it.
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
inline void refuse(fuse_conn_info& connection, std::uint64_t capability)
{
    fuse_unset_feature_flag(&connection, capability);
}

inline void want(fuse_conn_info& connection, std::uint64_t capability)
{
    fuse_set_feature_flag(&connection, capability);
}

inline bool wants(const fuse_conn_info& connection, std::uint64_t capability)
{
    return (connection.want_ext & capability) != 0;
}
#else
inline void refuse(fuse_conn_info& connection, std::uint64_t capability)
{
    connection.want &= ~static_cast<unsigned>(capability);
}

inline void want(fuse_conn_info& connection, std::uint64_t capability)
{
    connection.want |= connection.capable & static_cast<unsigned>(capability);
}

inline bool wants(const fuse_conn_info& connection, std::uint64_t capability)
{
    return (connection.want & capability) != 0;
}
#endif

}  // namespace bytestore::fuse
