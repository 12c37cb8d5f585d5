#include "tools/json.h"

#include "engine/format/record.h"
#include "engine/format/value_codec.h"

#include <nlohmann/json.hpp>

namespace bytestore::tools {
namespace {

using Json = nlohmann::ordered_json;

// The name of a data directory need not be UTF-8, and dump() throws unless told otherwise.
std::string line(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string base64(std::string_view bytes)
{
    std::string text;
    format::append_base64(text, bytes);
    return text;
}

}  // namespace

std::string json_line(std::string_view key)
{
    return line({{"key", key}});
}

std::string json_line(std::string_view key, const Value& value)
{
    const bool text = format::is_valid_utf8(value.bytes);
    Json json{{"key", key}, {"value", text ? value.bytes : base64(value.bytes)}};
    if (!text) {
        json["encoding"] = "base64";
    }
    if (value.kind == Kind::link) {
        json["kind"] = "link";
    }
    return line(json);
}

std::string json_line(const Finding& finding)
{
    Json json{{"severity", severity_name(finding.severity)}, {"file", finding.file}};
    if (finding.offset) {
        json["offset"] = *finding.offset;
    }
    json["what"] = finding.what;
    return line(json);
}

std::string json_line(const VerifyReport& report)
{
    return line({{"summary", "verify"},
                 {"clean", report.clean()},
                 {"segments", report.segments},
                 {"bytes", report.bytes},
                 {"records", report.records},
                 {"notices", report.notices},
                 {"warnings", report.warnings},
                 {"damage", report.damage}});
}

std::string json_line(const RepairReport& report)
{
    return line(
        {{"summary", "repair"}, {"keys", report.keys}, {"losses", report.losses}, {"warnings", report.warnings}});
}

std::string_view severity_name(Finding::Severity severity)
{
    switch (severity) {
        case Finding::Severity::notice:
            return "notice";
        case Finding::Severity::warning:
            return "warning";
        case Finding::Severity::damage:
            break;
    }
    return "damage";
}

}  // namespace bytestore::tools
