#include "fs/remote/codec.h"

#include "engine/format/record.h"

#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

namespace bytestore::remote {
namespace {

template <class T>
void put(Json& json, const char* name, const std::optional<T>& value)
{
    if (value) {
        json[name] = *value;
    }
}

template <class T>
void take(const Json& json, const char* name, std::optional<T>& value)
{
    if (const auto member = json.find(name); member != json.end()) {
        value = integer_from<T>(*member);
    }
}

// The members that both directions go through, so that neither forgets one.
template <class Statistics, class Visit>
void visit_stats(Statistics& stats, Visit visit)
{
    visit("live_keys", stats.live_keys);
    visit("hidden_keys", stats.hidden_keys);
    visit("disk_bytes", stats.disk_bytes);
    visit("segments", stats.segments);
    visit("records", stats.records);
    visit("stale_records", stats.stale_records);
    visit("dead_bytes", stats.dead_bytes);
    visit("unverified", stats.unverified);
    visit("commits", stats.commits);
    visit("syncs", stats.syncs);
    visit("compactions", stats.compactions);
    visit("reclaimed_bytes", stats.reclaimed_bytes);
    visit("index_bytes", stats.index_bytes);
}

template <class Report, class Visit>
void visit_report(Report& report, Visit visit)
{
    visit("segments_rewritten", report.segments_rewritten);
    visit("segments_removed", report.segments_removed);
    visit("records_dropped", report.records_dropped);
    visit("bytes_before", report.bytes_before);
    visit("bytes_after", report.bytes_after);
}

}  // namespace

Json json_of(std::string_view bytes)
{
    if (format::is_valid_utf8(bytes)) {
        return bytes;
    }
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

std::string bytes_from(const Json& json)
{
    if (json.is_string()) {
        return json.get<std::string>();
    }
    std::string bytes;
    for (const auto& byte : json.get_ref<const Json::array_t&>()) {
        bytes += static_cast<char>(integer_from<std::uint8_t>(byte));
    }
    return bytes;
}

Json json_of(const Error& error)
{
    return {{"code", static_cast<unsigned>(error.code)},
            {"message", json_of(std::string_view(error.message))},
            {"errno", error.os_error}};
}

Error error_from(const Json& json)
{
    const auto code = integer_from<unsigned>(json.at("code"));
    return {.code = code <= static_cast<unsigned>(Errc::no_memory) ? static_cast<Errc>(code) : Errc::io,
            .message = bytes_from(json.at("message")),
            .os_error = integer_from<int>(json.at("errno"))};
}

Json json_of(const Meta& meta)
{
    Json json{{"mtime", meta.mtime}};
    put(json, "atime", meta.atime);
    put(json, "ctime", meta.ctime);
    put(json, "mode", meta.mode);
    put(json, "uid", meta.uid);
    put(json, "gid", meta.gid);
    return json;
}

Meta meta_from(const Json& json)
{
    Meta meta;
    meta.mtime = integer_from<std::int64_t>(json.at("mtime"));
    take(json, "atime", meta.atime);
    take(json, "ctime", meta.ctime);
    take(json, "mode", meta.mode);
    take(json, "uid", meta.uid);
    take(json, "gid", meta.gid);
    return meta;
}

Json json_of(Kind kind)
{
    return kind == Kind::link ? "link" : "bytes";
}

Kind kind_from(const Json& json)
{
    return json.get<std::string>() == "link" ? Kind::link : Kind::bytes;
}

Json json_of(const ListRequest& request)
{
    Json json{{"prefix", json_of(std::string_view(request.prefix))}, {"limit", request.limit}};
    if (request.delimiter) {
        json["delimiter"] = json_of(std::string_view(&*request.delimiter, 1));
    }
    if (request.after) {
        json["after"] = json_of(std::string_view(*request.after));
    }
    return json;
}

ListRequest list_request_from(const Json& json)
{
    ListRequest request{.prefix = bytes_from(json.at("prefix")),
                        .delimiter = {},
                        .after = {},
                        .limit = integer_from<std::size_t>(json.at("limit"))};
    if (const auto delimiter = json.find("delimiter"); delimiter != json.end()) {
        request.delimiter = bytes_from(*delimiter).at(0);
    }
    if (const auto after = json.find("after"); after != json.end()) {
        request.after = bytes_from(*after);
    }
    return request;
}

Json json_of(const ListItem& item)
{
    Json json{{"name", json_of(std::string_view(item.name))}, {"group", item.group}};
    if (!item.group) {
        json["size"] = item.entry.size;
        json["kind"] = json_of(item.entry.kind);
        json["meta"] = json_of(item.entry.meta);
    }
    return json;
}

ListItem list_item_from(const Json& json)
{
    ListItem item{.name = bytes_from(json.at("name")), .group = json.at("group").get<bool>(), .entry = {}};
    if (!item.group) {
        item.entry.size = integer_from<std::uint64_t>(json.at("size"));
        item.entry.kind = kind_from(json.at("kind"));
        item.entry.meta = meta_from(json.at("meta"));
    }
    return item;
}

Json json_of(const Stats& stats)
{
    Json json{{"directory", json_of(std::string_view(stats.directory))},
              {"stopped", json_of(std::string_view(stats.stopped))}};
    visit_stats(stats, [&](const char* name, const auto& value) { json[name] = value; });
    return json;
}

Stats stats_from(const Json& json)
{
    Stats stats;
    stats.directory = bytes_from(json.at("directory"));
    stats.stopped = bytes_from(json.at("stopped"));
    visit_stats(stats, [&](const char* name, auto& value) {
        value = integer_from<std::remove_cvref_t<decltype(value)>>(json.at(name));
    });
    return stats;
}

Json json_of(const CompactionReport& report)
{
    Json json = Json::object();
    visit_report(report, [&](const char* name, const auto& value) { json[name] = value; });
    return json;
}

CompactionReport report_from(const Json& json)
{
    CompactionReport report;
    visit_report(report, [&](const char* name, auto& value) {
        value = integer_from<std::remove_cvref_t<decltype(value)>>(json.at(name));
    });
    return report;
}

}  // namespace bytestore::remote
