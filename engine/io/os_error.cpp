#include "engine/io/os_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace bytestore {
namespace {

Errc code_of(int os_error)
{
    switch (os_error) {
        case ENOENT:
            return Errc::not_found;
        case EEXIST:
            return Errc::exists;
        case ENOTDIR:
            return Errc::not_directory;
        case EISDIR:
            return Errc::is_directory;
        case EINVAL:
            return Errc::invalid;
        case ENAMETOOLONG:
            return Errc::name_too_long;
        case EFBIG:
            return Errc::too_large;
        case ELOOP:
            return Errc::not_permitted;  // a symbolic link where one is never followed
        case EACCES:
        case EPERM:
            return Errc::access_denied;
        case EROFS:
            return Errc::read_only;
        case EWOULDBLOCK:
            return Errc::locked;
        case ENOSPC:
        case EDQUOT:
            return Errc::no_space;
        case EBUSY:
            return Errc::busy;
        case ENOMEM:
            return Errc::no_memory;
        default:
            return Errc::io;
    }
}

}  // namespace

std::unexpected<Error> os_failure(int os_error, std::string_view action, std::string_view name)
{
    const auto text = os_error == ELOOP ? std::string("it is a symbolic link, which is not followed")
                                        : std::generic_category().message(os_error);
    return fail(code_of(os_error), fmt::format("cannot {} {}: {}", action, name, text), os_error);
}

}  // namespace bytestore
