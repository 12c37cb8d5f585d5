#include "fs/control/control_files.h"

#include "fs/control/apply_file.h"
#include "fs/control/command_file.h"
#include "fs/control/stats_text.h"

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

std::string nothing()
{
    return {};
}

Status compact(Store& store)
{
    TRY(store.compact());
    return {};
}

std::string shown_level(const LogLevelControl& level)
{
    return std::string(log_level_name(level.get())) + '\n';
}

Status set_level(const LogLevelControl& level, std::string_view name)
{
    TRY_ASSIGN(const LogLevel wanted, parse_log_level(name));
    level.set(wanted);
    return {};
}

std::vector<ControlFile> make_files(const ControlSources& s)
{
    return {
        {"apply", nothing, [&s] { return make_apply_writer(s.apply, s.limit); }},
        {"compact", nothing, trigger_writer([&s] { return compact(s.store); })},
        {"config", [&s] { return s.daemon.config; }, nullptr},
        {"last-error", [&s] { return s.last_error.text(); }, nullptr},
        {"log-level", [&s] { return shown_level(s.daemon.log_level); },
         command_writer([&s](std::string_view name) { return set_level(s.daemon.log_level, name); })},
        {"metrics", [&s] { return metrics_text(s.store.stats(), s.counts()); }, nullptr},
        {"stats", [&s] { return stats_text(s.store.stats()); }, nullptr},
        {"stats.json", [&s] { return stats_json(s.store.stats()); }, nullptr},
        {"sync", nothing, trigger_writer([&s] { return s.sync(); })},
        {"version", [] { return std::string("bytestore " BYTESTORE_VERSION "\n"); }, nullptr},
    };
}

}  // namespace

ControlFiles::ControlFiles(ControlSources sources)
    : sources_(std::move(sources)), files_(make_files(sources_))
{
}

const ControlFile* ControlFiles::find(std::string_view name) const
{
    const auto file = std::ranges::find(files_, name, &ControlFile::name);
    return file == files_.end() ? nullptr : &*file;
}

}  // namespace bytestore::fs
