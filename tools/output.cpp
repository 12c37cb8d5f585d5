#include "tools/output.h"

#include "engine/io/os_error.h"

#include <cerrno>

namespace bytestore::tools {

Status Output::write(std::string_view text)
{
    errno = 0;
    stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
    return check();
}

Status Output::flush()
{
    errno = 0;
    stream_.flush();
    return check();
}

// A stream keeps no reason, so errno is asked at once.
Status Output::check()
{
    if (stream_) {
        return {};
    }
    return os_failure(errno, "write to", "standard output");
}

}  // namespace bytestore::tools
