#include "engine/maintenance/repair.h"

#include "engine/format/json_text.h"
#include "engine/log/catalog.h"
#include "engine/log/segment_name.h"
#include "engine/maintenance/log_view.h"
#include "engine/maintenance/new_directory.h"
#include "engine/maintenance/new_log.h"
#include "engine/maintenance/survey.h"
#include "engine/maintenance/verify.h"
#include "engine/options.h"
#include "engine/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace bytestore {
namespace {

using Severity = Finding::Severity;

std::string as_json(std::string_view key)
{
    std::string text = "\"";
    format::append_escaped(text, key);
    return text + "\"";
}

class Repair {
public:
    Repair(const LogView& view, FindingSink sink)
        : view_(view), sink_(std::move(sink))
    {
    }

    // Finds the last good Set of every key.
    Status index();
    Status copy(NewLog& log);
    const RepairReport& report() const { return report_; }

private:
    Status tell(const Finding& finding);
    Status tell_about_segments();
    Status tell_lost(Catalog::Slot slot, const ViewedSegment& viewed, const LostLine& line);
    std::string meaning(Catalog::Slot slot, const LostLine& line) const;

    const LogView& view_;
    const FindingSink sink_;
    Catalog catalog_{nullptr};
    RepairReport report_;
};

// Slots count from 0 in the order of the segments.
Status Repair::index()
{
    for (const auto& viewed : view_.segments) {
        const auto slot = catalog_.add(viewed.segment);
        const auto replay = [&](std::uint64_t offset, std::uint64_t length, const format::Line& line) -> Status {
            Entry entry;
            entry.segment = slot;
            entry.offset = offset;
            entry.length = length;
            catalog_.replay({.key = line.key, .remove = line.command == format::Command::remove, .entry = entry});
            return {};
        };
        TRY(survey_segment(*viewed.segment, viewed.size,
                           {.record = replay, .lost = [](auto&&...) { return Status(); }}));
    }
    catalog_.finish_replay();
    return {};
}

Status Repair::copy(NewLog& log)
{
    TRY(tell_about_segments());
    for (Catalog::Slot slot = 0; slot < view_.segments.size(); ++slot) {
        const auto& viewed = view_.segments[slot];
        const auto append = [&](std::uint64_t offset, std::uint64_t length, const format::Line& line) -> Status {
            const auto live = catalog_.find(line.key);
            if (!live || live->entry.segment != slot || live->entry.offset != offset) {
                return {};
            }
            ++report_.keys;
            return log.append(*viewed.segment, offset, length, line);
        };
        const auto lost = [&](const LostLine& line) { return tell_lost(slot, viewed, line); };
        TRY(survey_segment(*viewed.segment, viewed.size, {.record = append, .lost = lost}));
    }
    return log.finish();
}

Status Repair::tell(const Finding& finding)
{
    ++(finding.severity == Severity::damage ? report_.losses : report_.warnings);
    return sink_(finding);
}

// Bad lines and batches that are not whole are told one by one, later.
Status Repair::tell_about_segments()
{
    for (const auto& found : view_.findings) {
        const bool about_lines = std::ranges::any_of(view_.segments, [&](const ViewedSegment& viewed) {
            const auto& scan = viewed.scan;
            return found.offset && segment_name(viewed.segment->number()) == found.file &&
                   ((scan.bad && scan.bad->offset == *found.offset) || scan.first_skipped == found.offset);
        });
        if (found.severity != Severity::notice && !about_lines) {
            TRY(tell(found));
        }
    }
    return {};
}

Status Repair::tell_lost(Catalog::Slot slot, const ViewedSegment& viewed, const LostLine& line)
{
    const auto file = segment_name(viewed.segment->number());
    return tell(
        {.severity = view_.damaged(file) ? Severity::damage : Severity::warning,
         .file = file,
         .offset = line.offset,
         .what = fmt::format("a line of {} bytes is lost: {}{}", line.length, line.reason, meaning(slot, line))});
}

std::string Repair::meaning(Catalog::Slot slot, const LostLine& line) const
{
    if (!line.key) {
        return {};
    }
    const auto live = catalog_.find(*line.key);
    if (!live) {
        return fmt::format("; its key {} has no value any more", as_json(*line.key));
    }
    const bool older = std::pair(live->entry.segment, live->entry.offset) < std::pair(slot, line.offset);
    return fmt::format("; its key {} {}", as_json(*line.key), older ? "keeps an older value" : "was set again later");
}

Status check(const std::string& path, FileSystem& files)
{
    Options options;
    options.compaction_threshold = 0;
    options.snapshot = false;  // what is hidden is not known here
    TRY_ASSIGN(const auto store, Store::open(path, std::move(options), files));
    TRY(store->close());
    TRY(verify_store(
        path,
        [](const Finding& found) -> Status {
            return found.severity == Severity::damage ? std::unexpected(refusal(found)) : Status();
        },
        files));
    return {};
}

}  // namespace

Result<RepairReport> repair_store(const std::string& source, const std::string& target, const FindingSink& sink,
                                  FileSystem& files)
{
    TRY_ASSIGN(const auto directory, files.open_directory(source, false));
    TRY_ASSIGN(const auto made, NewDirectory::begin(target, files));
    TRY_ASSIGN(const LogView view, view_log(*directory));
    Repair repair(view, sink);
    TRY(repair.index());
    NewLog log(made->directory(), Options().segment_size);
    TRY(repair.copy(log));
    TRY(check(made->path(), files));
    TRY(made->publish());
    return repair.report();
}

}  // namespace bytestore
