#include "tools/commands.h"

#include "engine/format/record.h"
#include "tools/json.h"
#include "tools/lookup.h"
#include "tools/report.h"
#include "tools/text.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace bytestore::tools {
namespace {

constexpr std::size_t kRuleWidth = 50;
constexpr std::size_t kKeyWidth = 30;
constexpr std::string_view kUnreadable = "<error reading value>";

std::string shown_value(const Value& value)
{
    if (value.kind == Kind::link) {
        return "-> " + value.bytes;
    }
    return format::is_valid_utf8(value.bytes) ? value.bytes : fmt::format("({} bytes, binary)", value.bytes.size());
}

std::string row(const std::string& key, std::string_view value)
{
    return fmt::format("  {} = {}\n", padded(key, kKeyWidth), value);
}

// One scan. A value that cannot be read is told, and does not end it.
class Scan {
public:
    Scan(const ScanCommand& command, Backend& backend, Session& session)
        : command_(command), backend_(backend), session_(session)
    {
    }

    Result<ExitCode> run();

private:
    Result<std::uint64_t> count() const;
    Status print_nothing_found();
    Status print_keys();
    Status print_key(const std::string& key);

    const ScanCommand& command_;
    Backend& backend_;
    Session& session_;
    ExitCode exit_ = ExitCode::ok;
};

Result<ExitCode> Scan::run()
{
    if (command_.json) {
        TRY(print_keys());
        return exit_;
    }
    TRY_ASSIGN(const std::uint64_t keys, count());
    if (keys == 0) {
        TRY(print_nothing_found());
        return exit_;
    }
    const std::string rule = std::string(kRuleWidth, '-') + '\n';
    TRY(session_.out.write(fmt::format("{} result(s):\n{}", keys, rule)));
    TRY(print_keys());
    TRY(session_.out.write(rule));
    return exit_;
}

Result<std::uint64_t> Scan::count() const
{
    std::uint64_t keys = 0;
    TRY(for_each_key(backend_, command_.prefix, [&](const std::string&) {
        ++keys;
        return Status();
    }));
    return keys;
}

Status Scan::print_nothing_found()
{
    return session_.out.write(command_.prefix.empty()
                                  ? "(empty store)\n"
                                  : fmt::format("(no keys matching prefix {})\n", in_quotes(command_.prefix)));
}

Status Scan::print_keys()
{
    return for_each_key(backend_, command_.prefix, [this](const std::string& key) { return print_key(key); });
}

Status Scan::print_key(const std::string& key)
{
    if (command_.keys_only) {
        return session_.out.write(command_.json ? json_line(key) : key + '\n');
    }
    const auto value = look_up(backend_, key);
    if (value && *value) {
        return session_.out.write(command_.json ? json_line(key, **value) : row(key, shown_value(**value)));
    }
    if (value) {
        return {};  // deleted since it was listed, by a user of the mount
    }
    exit_ = ExitCode::failed;
    report(value.error(), session_.io.err);
    return command_.json ? Status() : session_.out.write(row(key, kUnreadable));
}

}  // namespace

Result<ExitCode> run(const ScanCommand& command, Session& session)
{
    TRY_ASSIGN(const auto backend, session.open_for_reading());
    return Scan(command, *backend, session).run();
}

}  // namespace bytestore::tools
