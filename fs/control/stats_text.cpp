#include "fs/control/stats_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bytestore::fs {
namespace {

constexpr std::size_t kRuleWidth = 40;

}  // namespace

std::string stats_text(const Stats& stats)
{
    auto text = fmt::format(
        "Store statistics\n"
        "{}\n"
        "  Directory  : {}\n"
        "  Live keys  : {}\n"
        "  Disk usage : {} bytes\n",
        std::string(kRuleWidth, '='), stats.directory, stats.live_keys, stats.disk_bytes);
    if (!stats.stopped.empty()) {
        text += fmt::format("  Stopped    : no more writes are taken: {}\n", stats.stopped);
    }
    return text;
}

std::string stats_json(const Stats& stats)
{
    const nlohmann::ordered_json json = {{"directory", stats.directory},
                                         {"live_keys", stats.live_keys},
                                         {"hidden_keys", stats.hidden_keys},
                                         {"disk_bytes", stats.disk_bytes},
                                         {"segments", stats.segments},
                                         {"records", stats.records},
                                         {"stale_records", stats.stale_records},
                                         {"dead_bytes", stats.dead_bytes},
                                         {"unverified", stats.unverified},
                                         {"commits", stats.commits},
                                         {"syncs", stats.syncs},
                                         {"compactions", stats.compactions},
                                         {"reclaimed_bytes", stats.reclaimed_bytes},
                                         {"index_bytes", stats.index_bytes},
                                         {"stopped", stats.stopped}};
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace bytestore::fs
