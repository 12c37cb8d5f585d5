// The commands about one key: set, get, delete.
#include "tools/commands.h"

#include "fs/mapping.h"
#include "fs/remote/store_backend.h"
#include "tools/json.h"
#include "tools/lookup.h"
#include "tools/report.h"
#include "tools/value_source.h"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace bytestore::tools {
namespace {

std::string shown_value(const SetCommand& command, std::size_t size)
{
    return command.source == SetCommand::Source::argument ? command.value : fmt::format("({} bytes)", size);
}

Status print_value(const Value& value, bool raw, Output& out)
{
    TRY(out.write(value.bytes));
    return raw || value.bytes.ends_with('\n') ? Status() : out.write("\n");
}

}  // namespace

// The value is read before the store is opened, so that a slow pipe keeps no other writer waiting.
Result<ExitCode> run(const SetCommand& command, Session& session)
{
    TRY(remote::check_key(command.key));
    const bool given = command.source == SetCommand::Source::argument;
    TRY_ASSIGN(const std::string value, read_value(command, session.io.in, given ? 0 : session.max_value()));
    TRY(session.change([&](Backend& backend) { return backend.set(command.key, value); }));
    TRY(session.out.write(fmt::format("OK  {} = {}\n", command.key, shown_value(command, value.size()))));
    return ExitCode::ok;
}

Result<ExitCode> run(const GetCommand& command, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_reading());
    TRY_ASSIGN(const std::optional<Value> value, look_up(*backend, command.key));
    if (!value) {
        return report_key_not_found(command.key, session.io.err);
    }
    TRY(command.json ? session.out.write(json_line(command.key, *value))
                     : print_value(*value, command.raw, session.out));
    return ExitCode::ok;
}

Result<ExitCode> run(const DeleteCommand& command, Session& session)
{
    bool found = false;
    TRY(session.change([&](Backend& backend) -> Status {
        if (!fs::is_marker(command.key)) {
            TRY_ASSIGN(found, backend.remove(command.key));
        }
        return {};
    }));
    if (!found) {
        return report_key_not_found(command.key, session.io.err);
    }
    TRY(session.out.write(fmt::format("Deleted: {}\n", command.key)));
    return ExitCode::ok;
}

}  // namespace bytestore::tools
