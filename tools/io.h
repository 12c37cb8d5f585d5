// The three streams of a run of kvs, injected so that tests run the whole tool in their own process.
#pragma once

#include <istream>
#include <ostream>

namespace bytestore::tools {

struct Io {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool err_is_terminal = false;
};

}  // namespace bytestore::tools
