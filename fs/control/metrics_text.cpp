#include "fs/control/metrics_text.h"

#include <fmt/format.h>

#include <string_view>

namespace bytestore::fs {
namespace {

class MetricsWriter {
public:
    // `name` is without the prefix. A counter only grows; by the format's convention its name ends in _total.
    template <class N>
    void counter(std::string_view name, std::string_view help, N value)
    {
        metric(name, "counter", help, "", value);
    }
    template <class N>
    void gauge(std::string_view name, std::string_view help, N value)
    {
        metric(name, "gauge", help, "", value);
    }
    void info(std::string_view name, std::string_view help, std::string_view labels)
    {
        metric(name, "gauge", help, labels, 1);
    }

    std::string take() && { return std::move(text_); }

private:
    template <class N>
    void metric(std::string_view name, std::string_view type, std::string_view help, std::string_view labels, N value)
    {
        text_ += fmt::format("# HELP bytestore_{0} {1}\n# TYPE bytestore_{0} {2}\nbytestore_{0}{3} {4}\n", name, help,
                             type, labels, value);
    }

    std::string text_;
};

}  // namespace

std::string metrics_text(const Stats& stats, const MountCounts& counts)
{
    MetricsWriter out;
    out.info("build_info", "The version, as a label.", R"({version=")" BYTESTORE_VERSION R"("})");
    out.counter("commits_total", "Batches committed since the store was opened.", stats.commits);
    out.counter("compactions_total", "Compactions finished since the store was opened.", stats.compactions);
    out.gauge("dead_bytes", "Bytes of the log that a compaction would drop.", stats.dead_bytes);
    out.gauge("disk_bytes", "Bytes of all files of the log.", stats.disk_bytes);
    out.counter("errors_total", "Errors that .control/last-error was told of.", counts.errors);
    out.gauge("hidden_keys", "Markers of directories.", stats.hidden_keys);
    out.gauge("index_bytes", "Bytes of memory that the index takes.", stats.index_bytes);
    out.gauge("inodes", "Files and directories in the memory of the daemon.", counts.inodes);
    out.gauge("keys", "Live keys.", stats.live_keys);
    out.counter("read_bytes_total", "Bytes of files read through the mount.", counts.read_bytes);
    out.counter("reclaimed_bytes_total", "Bytes given back by compactions since the store was opened.",
                stats.reclaimed_bytes);
    out.gauge("records", "Records in the log, stale ones included.", stats.records);
    out.gauge("segments", "Segments of the log.", stats.segments);
    out.gauge("stale_records", "Records that a compaction would drop.", stats.stale_records);
    out.gauge("start_time_seconds", "When the store was mounted, since 1970.", counts.start_time);
    out.gauge("stopped", "1 if an I/O error stopped all writing, else 0.", stats.stopped.empty() ? 0 : 1);
    out.counter("syncs_total", "Syncs of the log since the store was opened.", stats.syncs);
    out.gauge("unverified_records", "Records without a checksum.", stats.unverified);
    out.counter("written_bytes_total", "Bytes of files written through the mount.", counts.written_bytes);
    return std::move(out).take();
}

}  // namespace bytestore::fs
