// The commands that look after the files of a store: verify, repair and backup.
#include "tools/commands.h"

#include "engine/maintenance/backup.h"
#include "engine/maintenance/repair.h"
#include "engine/maintenance/verify.h"
#include "tools/json.h"

#include <fmt/format.h>

#include <string>

namespace bytestore::tools {
namespace {

std::string text_line(const Finding& found)
{
    const auto place = found.offset ? fmt::format(" at offset {}", *found.offset) : "";
    return fmt::format("{}: {}{}: {}\n", severity_name(found.severity), found.file, place, found.what);
}

FindingSink printer(Session& session, bool json)
{
    return [&session, json](const Finding& found) {
        return session.out.write(json ? json_line(found) : text_line(found));
    };
}

std::string summary(const VerifyReport& report)
{
    return fmt::format("{} segment(s), {} bytes, {} record(s): {}\n", report.segments, report.bytes, report.records,
                       report.clean()
                           ? "no damage"
                           : fmt::format("damaged, in {} place(s); kvs repair saves what can be had", report.damage));
}

}  // namespace

Result<ExitCode> run(const VerifyCommand& command, Session& session)
{
    TRY_ASSIGN(const auto report, verify_store(session.directory, printer(session, command.json)));
    TRY(session.out.write(command.json ? json_line(report) : summary(report)));
    return report.clean() ? ExitCode::ok : ExitCode::failed;
}

Result<ExitCode> run(const RepairCommand& command, Session& session)
{
    TRY_ASSIGN(const auto report, repair_store(session.directory, command.target, printer(session, command.json)));
    const auto text = report.losses == 0 ? fmt::format("OK  {} key(s) in {}\n", report.keys, command.target)
                                         : fmt::format("{} key(s) in {}, with {} loss(es)\n", report.keys,
                                                       command.target, report.losses);
    TRY(session.out.write(command.json ? json_line(report) : text));
    return report.losses == 0 ? ExitCode::ok : ExitCode::failed;
}

Result<ExitCode> run(const BackupCommand& command, Session& session)
{
    session.sync_daemon();
    TRY_ASSIGN(const auto report, backup_store(session.directory, command.target));
    session.log(LogLevel::info, fmt::format("{} of {} segment(s) are hard links", report.linked, report.segments));
    TRY(session.out.write(fmt::format("OK  {} bytes in {}\n", report.bytes, command.target)));
    return ExitCode::ok;
}

}  // namespace bytestore::tools
