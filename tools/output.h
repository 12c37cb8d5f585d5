// Standard output whose failures are errors: a full disk or a closed pipe behind it must not look like success.
#pragma once

#include "engine/result.h"

#include <ostream>
#include <string_view>

namespace bytestore::tools {

// The os_error of an error is what the operating system said; EPIPE means that nobody reads any more.
class Output {
public:
    explicit Output(std::ostream& stream)
        : stream_(stream)
    {
    }

    Status write(std::string_view text);
    Status flush();

private:
    Status check();

    std::ostream& stream_;
};

}  // namespace bytestore::tools
