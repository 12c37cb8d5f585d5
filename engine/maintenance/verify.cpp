#include "engine/maintenance/verify.h"

#include "engine/log/segment_name.h"
#include "engine/maintenance/log_view.h"
#include "engine/maintenance/survey.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace bytestore {
namespace {

using Severity = Finding::Severity;

void count(VerifyReport& report, Severity severity)
{
    switch (severity) {
        case Severity::notice:
            ++report.notices;
            return;
        case Severity::warning:
            ++report.warnings;
            return;
        case Severity::damage:
            ++report.damage;
            return;
    }
}

// The scan ended at the first bad line; these are the others.
Status tell_further_damage(const LogView& view, const ViewedSegment& viewed, const FindingSink& sink)
{
    const auto file = segment_name(viewed.segment->number());
    std::vector<std::optional<std::uint64_t>> told;
    for (const auto& found : view.findings) {
        if (found.file == file) {
            told.push_back(found.offset);
        }
    }
    return survey_segment(
        *viewed.segment, viewed.size,
        {.record = [](auto&&...) { return Status(); },
         .lost = [&](const LostLine& line) -> Status {
             if (std::ranges::count(told, line.offset) > 0) {
                 return {};
             }
             return sink({.severity = Severity::damage, .file = file, .offset = line.offset, .what = line.reason});
         }});
}

}  // namespace

Result<VerifyReport> verify_store(const std::string& directory, const FindingSink& sink, FileSystem& files)
{
    TRY_ASSIGN(const auto opened, files.open_directory(directory, false));
    TRY_ASSIGN(const LogView view, view_log(*opened));
    VerifyReport report;
    const FindingSink counted = [&](const Finding& found) {
        count(report, found.severity);
        return sink(found);
    };
    for (const auto& found : view.findings) {
        TRY(counted(found));
    }
    for (const auto& viewed : view.segments) {
        ++report.segments;
        report.bytes += viewed.size;
        report.records += viewed.scan.records;
        if (viewed.scan.bad && view.damaged(segment_name(viewed.segment->number()))) {
            TRY(tell_further_damage(view, viewed, counted));
        }
    }
    return report;
}

}  // namespace bytestore
