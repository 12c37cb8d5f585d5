// The commands about one key: set, get, delete.
#include "tools/commands.h"

#include "fs/mapping.h"
#include "tools/json.h"
#include "tools/lookup.h"
#include "tools/report.h"
#include "tools/value_source.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

namespace bytestore::tools {
namespace {

std::int64_t now()
{
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
}

// A new value leaves the file's owner and mode alone, as writing to it through the mount does. A link's mode is not
// that of a file.
Meta meta_over(const std::optional<ValueRef>& old)
{
    Meta meta;
    meta.mtime = now();
    if (old) {
        const Entry& entry = old->entry();
        meta.uid = entry.meta.uid;
        meta.gid = entry.meta.gid;
        meta.mode = entry.kind == Kind::bytes ? entry.meta.mode : std::nullopt;
    }
    return meta;
}

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
    if (fs::has_reserved_segment(command.key)) {
        return fail(Errc::invalid,
                    "the key has a segment that starts with U+0000; such keys are reserved for directories");
    }
    TRY_ASSIGN(std::string value, read_value(command, session.io.in, Options().max_value));
    const std::string shown = shown_value(command, value.size());
    TRY_ASSIGN(const auto store, session.open_for_writing());
    TRY(store->set(command.key, std::move(value), meta_over(store->find(command.key))));
    TRY(store->close());
    TRY(session.out.write(fmt::format("OK  {} = {}\n", command.key, shown)));
    return ExitCode::ok;
}

Result<ExitCode> run(const GetCommand& command, Session& session)
{
    TRY_ASSIGN(const auto store, session.open_for_reading());
    TRY_ASSIGN(const std::optional<Value> value, look_up(*store, command.key));
    if (!value) {
        return report_key_not_found(command.key, session.io.err);
    }
    TRY(command.json ? session.out.write(json_line(command.key, *value))
                     : print_value(*value, command.raw, session.out));
    return ExitCode::ok;
}

Result<ExitCode> run(const DeleteCommand& command, Session& session)
{
    TRY_ASSIGN(const auto store, session.open_for_writing());
    if (fs::is_marker(command.key) || !store->find(command.key)) {
        TRY(store->close());
        return report_key_not_found(command.key, session.io.err);
    }
    TRY(store->remove(command.key));
    TRY(store->close());
    TRY(session.out.write(fmt::format("Deleted: {}\n", command.key)));
    return ExitCode::ok;
}

}  // namespace bytestore::tools
