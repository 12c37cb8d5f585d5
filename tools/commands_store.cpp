// The commands about the store as a whole: compact and stats; and the texts about kvs itself.
#include "tools/commands.h"

#include "fs/control/stats_text.h"

#include <fmt/format.h>

#include <string>

namespace bytestore::tools {
namespace {

std::string reclaimed(const CompactionReport& report)
{
    return fmt::format(
        "compaction took the log from {} to {} bytes: {} record(s) dropped, {} segment(s) rewritten, {} merged away",
        report.bytes_before, report.bytes_after, report.records_dropped, report.segments_rewritten,
        report.segments_removed);
}

}  // namespace

Result<ExitCode> run(const ShowText& command, Session& session)
{
    if (command.exit == ExitCode::ok) {
        TRY(session.out.write(command.text));
    } else {
        session.io.err << command.text << std::flush;
    }
    return command.exit;
}

Result<ExitCode> run(const CompactCommand&, Session& session)
{
    CompactionReport report;
    TRY(session.change([&](Backend& backend) -> Status {
        TRY(session.out.write("Running compaction…\n"));
        TRY(session.out.flush());
        TRY_ASSIGN(report, backend.compact());
        return {};
    }));
    session.log(LogLevel::info, reclaimed(report));
    TRY(session.out.write("Compaction complete.\n"));
    return ExitCode::ok;
}

Result<ExitCode> run(const StatsCommand& command, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_reading());
    TRY_ASSIGN(const Stats stats, backend->stats());
    TRY(session.out.write(command.json ? fs::stats_json(stats) : fs::stats_text(stats)));
    return ExitCode::ok;
}

}  // namespace bytestore::tools
