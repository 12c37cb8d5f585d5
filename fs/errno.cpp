#include "fs/errno.h"

#include <cerrno>
#include <utility>

namespace bytestore::fs {

int errno_of(const Error& error)
{
    switch (error.code) {
        case Errc::not_found:
            return ENOENT;
        case Errc::exists:
            return EEXIST;
        case Errc::not_directory:
            return ENOTDIR;
        case Errc::is_directory:
            return EISDIR;
        case Errc::not_empty:
            return ENOTEMPTY;
        case Errc::invalid:
            return EINVAL;
        case Errc::not_utf8:
            return EILSEQ;
        case Errc::name_too_long:
            return ENAMETOOLONG;
        case Errc::too_large:
            return EFBIG;
        case Errc::not_permitted:
            return EPERM;
        case Errc::access_denied:
            return EACCES;
        case Errc::read_only:
            return EROFS;
        case Errc::no_space:
            return ENOSPC;
        case Errc::busy:
        case Errc::locked:
            return EBUSY;
        case Errc::unsupported:
            return EOPNOTSUPP;
        case Errc::no_memory:
            return ENOMEM;
        case Errc::io:
        case Errc::stopped:
        case Errc::foreign_writer:
        case Errc::damaged:
        case Errc::not_a_store:
            return EIO;
    }
    std::unreachable();
}

}  // namespace bytestore::fs
