#include "tests/fuzz/mend.h"

#include "engine/format/checksum.h"
#include "engine/format/record.h"
#include "engine/format/segment_marks.h"

#include <cstdint>

namespace bytestore::fuzz {
namespace {

constexpr std::string_view kBefore = ",\"c\":\"";
constexpr std::string_view kAfter = "\"}";
constexpr std::string_view kEmptySeal = R"({"cmd":"Delete","key":"\u0000bytestore","seal":0,"size":0)";

bool is_header(std::string_view line)
{
    const auto parsed = format::parse_line(line);
    return parsed && parsed->type == format::Line::Type::header;
}

bool is_blank(std::string_view line)
{
    const auto parsed = format::parse_line(line);
    return parsed && parsed->type == format::Line::Type::blank;
}

std::string true_seal(std::uint64_t records, std::uint64_t size)
{
    std::string line = R"({"cmd":"Delete","key":"\u0000bytestore")";
    format::append_seal(line, {.records = records, .size = size});
    return with_checksum(line + '}');
}

}  // namespace

std::string with_checksum(std::string_view line)
{
    std::string body(line.substr(0, line.size() - 1));
    format::append_checksum(body, format::checksum_of(body));
    return body;
}

std::string mended_line(std::string_view line)
{
    const auto tail = line.size() < format::kChecksumTail ? "" : line.substr(line.size() - format::kChecksumTail);
    if (!tail.starts_with(kBefore) || !tail.ends_with(kAfter)) {
        return std::string(line);
    }
    return with_checksum(std::string(line.substr(0, line.size() - tail.size())) + '}');
}

std::string mended_log(std::string_view text)
{
    std::string log;
    std::uint64_t lines = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        const auto mended = line.starts_with(kEmptySeal) ? true_seal(lines, log.size()) : mended_line(line);
        lines += (log.empty() && is_header(mended)) || is_blank(mended) ? 0 : 1;
        log += mended;
        if (end == std::string_view::npos) {
            break;
        }
        log += '\n';
        text.remove_prefix(end + 1);
    }
    return log;
}

}  // namespace bytestore::fuzz
