// The commands about the mapping: path and key.
#include "tools/commands.h"

#include "tools/key_path.h"

namespace bytestore::tools {

Result<ExitCode> run(const PathCommand& command, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_reading());
    TRY_ASSIGN(const std::string path, path_of_key(*backend, command.key));
    TRY(session.out.write(path + '\n'));
    return ExitCode::ok;
}

Result<ExitCode> run(const KeyCommand& command, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_reading());
    TRY_ASSIGN(const std::string key, key_of_path(*backend, command.path));
    TRY(session.out.write(key + '\n'));
    return ExitCode::ok;
}

}  // namespace bytestore::tools
