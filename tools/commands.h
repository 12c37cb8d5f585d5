// The commands, one overload of run() for each that the command line can name.
#pragma once

#include "engine/result.h"
#include "tools/cli.h"
#include "tools/exit_code.h"
#include "tools/session.h"

namespace bytestore::tools {

// Prints what the command has to say to the session's streams. An error is the caller's to report; an exit code other
// than ok has been explained already.
Result<ExitCode> run(const ShowText& command, Session& session);
Result<ExitCode> run(const SetCommand& command, Session& session);
Result<ExitCode> run(const GetCommand& command, Session& session);
Result<ExitCode> run(const DeleteCommand& command, Session& session);
Result<ExitCode> run(const ScanCommand& command, Session& session);
Result<ExitCode> run(const BatchCommand& command, Session& session);
Result<ExitCode> run(const ExportCommand& command, Session& session);
Result<ExitCode> run(const ImportCommand& command, Session& session);
Result<ExitCode> run(const VerifyCommand& command, Session& session);
Result<ExitCode> run(const RepairCommand& command, Session& session);
Result<ExitCode> run(const BackupCommand& command, Session& session);
Result<ExitCode> run(const CompactCommand& command, Session& session);
Result<ExitCode> run(const StatsCommand& command, Session& session);
Result<ExitCode> run(const PathCommand& command, Session& session);
Result<ExitCode> run(const KeyCommand& command, Session& session);

}  // namespace bytestore::tools
