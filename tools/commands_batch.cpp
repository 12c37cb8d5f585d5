// The command batch: the lines that .control/apply takes.
#include "tools/commands.h"

#include "engine/io/os_error.h"
#include "fs/apply/apply_stream.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bytestore::tools {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16;

Status write_all(fs::ApplyStream& stream, std::string_view bytes)
{
    while (!bytes.empty()) {
        TRY_ASSIGN(const std::size_t taken, stream.write(bytes));
        bytes.remove_prefix(taken);
    }
    return {};
}

// Up to the end of `from`, which ends the last line if no newline does.
Status apply_all(std::istream& from, std::string_view name, fs::ApplyStream& stream)
{
    std::string piece(kPiece, '\0');
    errno = 0;
    do {
        from.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const int os_error = errno;
        TRY(write_all(stream, std::string_view(piece).substr(0, static_cast<std::size_t>(from.gcount()))));
        if (from.bad()) {
            return os_failure(os_error, "read", name);
        }
    } while (from);
    if (stream.in_line()) {
        TRY(write_all(stream, "\n"));
    }
    return stream.check_end();
}

Result<std::optional<Entry>> find(Backend& backend, std::string_view key)
{
    TRY_ASSIGN(const auto found, backend.list({.prefix = std::string(key), .delimiter = {}, .after = {}, .limit = 1}));
    const bool there = !found.empty() && found.front().name == key;
    return there ? std::optional(found.front().entry) : std::nullopt;
}

// What was applied stands, whatever came behind it. Standard input cannot be read twice, so that nothing is repeated
// if a daemon goes away meanwhile.
Result<ExitCode> run_on(std::istream& from, std::string_view name, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_writing());
    fs::ApplyTarget target;
    target.max_value = backend->max_value();
    target.find = [&](std::string_view key) { return find(*backend, key); };
    target.apply = [&](const Batch& batch) { return backend->apply(batch); };
    fs::ApplyStream stream(std::move(target));
    const auto done = apply_all(from, name, stream);
    const auto closed = backend->close();
    if (!done) {
        const Error& error = done.error();
        return fail(error.code, fmt::format("{}: {}; {} record(s) were applied", name, error.message, stream.applied()),
                    error.os_error);
    }
    TRY(closed);
    TRY(session.out.write(fmt::format("OK  {} record(s)\n", stream.applied())));
    return ExitCode::ok;
}

}  // namespace

// The file is opened first, so that a wrong name makes no store.
Result<ExitCode> run(const BatchCommand& command, Session& session)
{
    if (command.file == "-") {
        return run_on(session.io.in, "standard input", session);
    }
    errno = 0;
    std::ifstream file(command.file, std::ios::binary);
    if (!file) {
        return os_failure(errno, "open", command.file);
    }
    return run_on(file, command.file, session);
}

}  // namespace bytestore::tools
