#include "fs/control/control_files.h"

#include "fs/control/stats_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

// A trigger is set off by writing 1 to it, as in /proc and /sys.
std::function<Status(std::string_view)> trigger(std::string name, std::function<Status()> action)
{
    return [name = std::move(name), action = std::move(action)](std::string_view command) -> Status {
        while (command.ends_with('\n')) {
            command.remove_suffix(1);
        }
        if (command != "1") {
            return fail(Errc::invalid, fmt::format(".control/{} takes 1", name));
        }
        return action();
    };
}

}  // namespace

ControlFiles::ControlFiles(Store& store, std::function<Status()> commit_pending)
{
    const auto read_only = [this](std::string name, std::function<std::string()> read) {
        files_.push_back({.name = std::move(name), .mode = 0400, .read = std::move(read), .write = nullptr});
    };
    const auto command = [this](const std::string& name, std::function<Status()> action) {
        files_.push_back({.name = name,
                          .mode = 0600,
                          .read = [] { return std::string(); },
                          .write = trigger(name, std::move(action))});
    };
    read_only("stats", [&store] { return stats_text(store.stats()); });
    read_only("stats.json", [&store] { return stats_json(store.stats()); });
    read_only("version", [] { return std::string("bytestore " BYTESTORE_VERSION "\n"); });
    command("compact", [&store]() -> Status {
        TRY(store.compact());
        return {};
    });
    command("sync", [&store, commit_pending = std::move(commit_pending)]() -> Status {
        TRY(commit_pending());
        return store.sync();
    });
}

const ControlFile* ControlFiles::find(std::string_view name) const
{
    const auto file = std::ranges::find(files_, name, &ControlFile::name);
    return file == files_.end() ? nullptr : &*file;
}

}  // namespace bytestore::fs
