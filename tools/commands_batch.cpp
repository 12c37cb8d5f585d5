// The commands that apply lines, batch and import, and the one that makes some, export.
#include "tools/commands.h"

#include "engine/format/record.h"
#include "engine/meta_fields.h"
#include "fs/mapping.h"
#include "fs/remote/store_backend.h"
#include "tools/apply_lines.h"
#include "tools/lookup.h"
#include "tools/progress.h"
#include "tools/report.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::tools {
namespace {

constexpr std::uint64_t kImportRun = 1000;

Result<ExitCode> applied(const ApplyLines& how, Session& session)
{
    TRY_ASSIGN(const std::uint64_t records, apply_lines(how, session));
    TRY(session.out.write(fmt::format("OK  {} record(s)\n", records)));
    return ExitCode::ok;
}

// What cannot be exported is told, and does not end it.
class Export {
public:
    Export(const ExportCommand& command, Backend& backend, Session& session)
        : command_(command), backend_(backend), session_(session), progress_(session, "exported")
    {
    }

    Result<ExitCode> run()
    {
        TRY(for_each_item(backend_, command_.prefix, [this](const ListItem& item) { return take(item); }));
        session_.log(LogLevel::info, fmt::format("exported {} record(s), {} bytes", records_, bytes_));
        return exit_;
    }

private:
    Status take(const ListItem& item);
    Status leave_out(const Error& reason);
    Status write(const ListItem& item, Kind kind, std::string_view value);

    const ExportCommand& command_;
    Backend& backend_;
    Session& session_;
    Progress progress_;
    ExitCode exit_ = ExitCode::ok;
    std::uint64_t records_ = 0;
    std::uint64_t bytes_ = 0;
};

Status Export::take(const ListItem& item)
{
    if (fs::is_marker(item.name)) {
        return command_.directories ? write(item, Kind::bytes, "") : Status();
    }
    if (const auto taken = remote::check_key(item.name); !taken) {
        return leave_out({.code = taken.error().code,
                          .message = fmt::format("the key \"{}\" is left out, which no import takes: {}", item.name,
                                                 taken.error().message)});
    }
    const auto value = look_up(backend_, item.name);
    if (!value) {
        return leave_out(value.error());
    }
    return *value ? write(item, (*value)->kind, (*value)->bytes) : Status();  // or it was deleted since it was listed
}

Status Export::leave_out(const Error& reason)
{
    exit_ = ExitCode::failed;
    report(reason, session_.io.err);
    return {};
}

Status Export::write(const ListItem& item, Kind kind, std::string_view value)
{
    const auto out = [this](std::string_view bytes) {
        bytes_ += bytes.size();
        return session_.out.write(bytes);
    };
    TRY(format::write_set(out, item.name, kind, value, fields_of(item.entry.meta)));
    progress_.update(++records_, bytes_);
    return {};
}

}  // namespace

Result<ExitCode> run(const BatchCommand& command, Session& session)
{
    return applied({.file = command.file}, session);
}

Result<ExitCode> run(const ImportCommand& command, Session& session)
{
    return applied({.file = command.file, .run_records = kImportRun, .whole = command.atomic, .shows_progress = true},
                   session);
}

Result<ExitCode> run(const ExportCommand& command, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_reading());
    return Export(command, *backend, session).run();
}

}  // namespace bytestore::tools
