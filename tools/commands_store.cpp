// The commands about the store as a whole: compact and stats; and the texts about kvs itself.
#include "tools/commands.h"

#include "tools/json.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace bytestore::tools {
namespace {

constexpr std::size_t kRuleWidth = 40;

std::string reclaimed(const CompactionReport& report)
{
    return fmt::format("{} record(s) dropped, {} segment(s) rewritten, {} merged away, {} -> {} bytes",
                       report.records_dropped, report.segments_rewritten, report.segments_removed, report.bytes_before,
                       report.bytes_after);
}

std::string statistics(const Stats& stats)
{
    return fmt::format("Store statistics\n{}\n  Directory  : {}\n  Live keys  : {}\n  Disk usage : {} bytes\n",
                       std::string(kRuleWidth, '='), stats.directory, stats.live_keys, stats.disk_bytes);
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
    TRY_ASSIGN(const auto store, session.open_for_writing());
    TRY(session.out.write("Running compaction…\n"));
    TRY(session.out.flush());
    TRY_ASSIGN(const CompactionReport report, store->compact());
    session.log(LogLevel::info, reclaimed(report));
    TRY(store->close());
    TRY(session.out.write("Compaction complete.\n"));
    return ExitCode::ok;
}

Result<ExitCode> run(const StatsCommand& command, Session& session)
{
    TRY_ASSIGN(const auto store, session.open_for_reading());
    const Stats stats = store->stats();
    TRY(session.out.write(command.json ? json_line(stats) : statistics(stats)));
    return ExitCode::ok;
}

}  // namespace bytestore::tools
