#include "tools/apply_lines.h"

#include "engine/io/os_error.h"
#include "fs/apply/apply_stream.h"
#include "tools/progress.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <istream>
#include <optional>
#include <span>
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

// What has come, and waits only for the first byte of it: a line in a pipe is not kept until the next one comes.
std::string_view read_some(std::istream& from, std::span<char> into)
{
    from.read(into.data(), 1);
    auto size = from.gcount();
    if (from) {
        size += from.readsome(into.data() + 1, static_cast<std::streamsize>(into.size() - 1));
    }
    return {into.data(), static_cast<std::size_t>(size)};
}

// Up to the end of `from`, which ends the last line if no newline does.
Status apply_all(std::istream& from, std::string_view name, fs::ApplyStream& stream, Progress* progress)
{
    std::string piece(kPiece, '\0');
    std::uint64_t bytes = 0;
    errno = 0;
    do {
        const auto come = read_some(from, piece);
        const int os_error = errno;
        TRY(write_all(stream, come));
        if (from.bad()) {
            return os_failure(os_error, "read", name);
        }
        bytes += come.size();
        if (progress != nullptr) {
            progress->update(stream.applied(), bytes);
        }
    } while (from);
    if (stream.in_line()) {
        TRY(write_all(stream, "\n"));
    }
    return stream.finish();
}

Result<std::optional<Entry>> find(Backend& backend, std::string_view key)
{
    TRY_ASSIGN(const auto found, backend.list({.prefix = std::string(key), .delimiter = {}, .after = {}, .limit = 1}));
    const bool there = !found.empty() && found.front().name == key;
    return there ? std::optional(found.front().entry) : std::nullopt;
}

// What was applied stands, whatever came behind it.
std::unexpected<Error> stopped(const ApplyLines& how, std::string_view name, const Error& error,
                               const fs::ApplyStream& stream)
{
    const bool tells_line = how.run_records > 1 && stream.applied() > 0;
    return fail(error.code,
                fmt::format("{}: {}; {} record(s) were applied{}", name, error.message, stream.applied(),
                            tells_line ? fmt::format(", up to line {}", stream.applied_lines()) : ""),
                error.os_error);
}

Result<std::uint64_t> run_on(std::istream& from, std::string_view name, const ApplyLines& how, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_writing());
    fs::ApplyTarget target;
    target.max_value = backend->max_value();
    target.run_records = how.run_records;
    target.find = [&](std::string_view key) { return find(*backend, key); };
    target.apply = [&](const Batch& batch) { return backend->apply(batch); };
    fs::ApplyStream stream(std::move(target));
    if (how.whole) {
        stream.begin_whole();
    }
    std::optional<Progress> progress;
    if (how.shows_progress) {
        progress.emplace(session, "applied");
    }
    const auto done = apply_all(from, name, stream, progress ? &*progress : nullptr);
    const auto closed = backend->close();
    if (!done) {
        return stopped(how, name, done.error(), stream);
    }
    TRY(closed);
    return stream.applied();
}

}  // namespace

Result<std::uint64_t> apply_lines(const ApplyLines& how, Session& session)
{
    if (how.file == "-") {
        return run_on(session.io.in, "standard input", how, session);
    }
    errno = 0;
    std::ifstream file(how.file, std::ios::binary);
    if (!file) {
        return os_failure(errno, "open", how.file);
    }
    return run_on(file, how.file, how, session);
}

}  // namespace bytestore::tools
