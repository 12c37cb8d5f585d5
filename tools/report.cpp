#include "tools/report.h"

#include <cerrno>

namespace bytestore::tools {
namespace {

std::string_view advice(Errc code)
{
    switch (code) {
        case Errc::locked:
            return "; try again when it is done, or use its mount";
        case Errc::no_space:
            return "; free some space and try again";
        case Errc::not_a_store:
            return "; name the data directory with --dir";
        case Errc::damaged:
            return "; keep a copy of the data directory; kvs verify shows all of it, and kvs repair saves what can be "
                   "had";
        default:
            return "";
    }
}

}  // namespace

ExitCode report(const Error& error, std::ostream& err)
{
    if (error.os_error != EPIPE) {
        err << "kvs: " << error.message << advice(error.code) << '\n' << std::flush;
    }
    return exit_code(error);
}

ExitCode report_key_not_found(std::string_view key, std::ostream& err)
{
    err << "(nil)  key not found: " << key << '\n' << std::flush;
    return ExitCode::key_not_found;
}

}  // namespace bytestore::tools
