#include "tools/kvs.h"

#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/report.h"
#include "tools/session.h"

#include <exception>
#include <new>
#include <variant>

namespace bytestore::tools {
namespace {

Result<ExitCode> parse_and_run(std::span<const std::string> args, Io& io)
{
    TRY_ASSIGN(const CommandLine line, parse_command_line(args));
    Session session(io, line);
    TRY_ASSIGN(const ExitCode exit,
               std::visit([&](const auto& command) { return run(command, session); }, line.command));
    TRY(session.out.flush());
    return exit;
}

Result<ExitCode> caught(std::span<const std::string> args, Io& io)
{
    try {
        return parse_and_run(args, io);
    } catch (const std::bad_alloc&) {
        return fail(Errc::no_memory, "out of memory");
    } catch (const std::exception& error) {
        return fail(Errc::io, std::string("internal error: ") + error.what());
    }
}

}  // namespace

int run_kvs(std::span<const std::string> args, Io& io)
{
    const auto exit = caught(args, io);
    return static_cast<int>(exit ? *exit : report(exit.error(), io.err));
}

}  // namespace bytestore::tools
