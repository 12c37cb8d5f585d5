#include "engine/maintenance/log_view.h"

#include "engine/log/segment_files.h"
#include "engine/log/segment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace bytestore {
namespace {

constexpr int kTries = 100;

using Severity = Finding::Severity;

class Viewer {
public:
    explicit Viewer(Directory& directory)
        : directory_(directory)
    {
    }

    // Nothing: the log changed meanwhile.
    Result<std::optional<LogView>> look();

private:
    void open(std::uint64_t number);
    void scan(ViewedSegment viewed);
    void add(Severity severity, std::string file, std::optional<std::uint64_t> offset, std::string what)
    {
        view_.findings.push_back(
            {.severity = severity, .file = std::move(file), .offset = offset, .what = std::move(what)});
    }
    void add_unreadable(std::uint64_t number, const Error& error);
    Status judge_all(const std::optional<LockClaims>& claims);
    void remark_segments();
    Status remark_others();
    Result<bool> settled() const;

    Directory& directory_;
    LogView view_;
    std::vector<std::shared_ptr<Segment>> opened_;
    std::vector<std::uint64_t> unreadable_;  // numbers of what could not even be opened
    bool complete_ = true;                   // every segment was read
};

// LOCK is read first: what a writer syncs meanwhile must not count against what was read.
Result<std::optional<LogView>> Viewer::look()
{
    const auto claims = read_claims(directory_);
    TRY_ASSIGN(const auto names, list_segments(directory_));
    for (const auto number : names.numbers) {
        open(number);
    }
    for (const auto& segment : opened_) {
        scan({.segment = segment, .size = 0, .scan = {}});
    }
    TRY(judge_all(claims));
    TRY_ASSIGN(const bool settled, this->settled());
    if (!settled) {
        return std::optional<LogView>();
    }
    remark_segments();
    for (const auto& odd : names.odd) {
        add(Severity::notice, odd, std::nullopt, "is not the name of a segment; it is not read");
    }
    TRY(remark_others());
    return std::optional(std::move(view_));
}

void Viewer::open(std::uint64_t number)
{
    auto segment = open_segment(directory_, number, OpenMode::read);
    if (segment) {
        opened_.push_back(std::move(*segment));
    } else {
        unreadable_.push_back(number);
        add_unreadable(number, segment.error());
    }
}

void Viewer::add_unreadable(std::uint64_t number, const Error& error)
{
    complete_ = false;
    add(Severity::damage, segment_name(number), std::nullopt, fmt::format("cannot be read: {}", error.message));
}

void Viewer::scan(ViewedSegment viewed)
{
    auto& segment = *viewed.segment;
    const auto scanned = [&]() -> Status {
        TRY_ASSIGN(const FileInfo info, segment.file().info());
        viewed.size = info.size;
        TRY_ASSIGN(viewed.scan, scan_segment(segment.file(), info.size, [](auto&&...) {}));
        return {};
    }();
    if (!scanned) {
        add_unreadable(segment.number(), scanned.error());
        return;
    }
    segment.adopt_header(viewed.scan.header);
    view_.segments.push_back(std::move(viewed));
}

// Segments are held against each other only if all are known.
Status Viewer::judge_all(const std::optional<LockClaims>& claims)
{
    LogFacts facts;
    for (const auto& viewed : view_.segments) {
        facts.push_back({.segment = viewed.segment.get(), .scan = &viewed.scan});
        if (!complete_ && viewed.scan.bad) {
            add(Severity::damage, segment_name(viewed.segment->number()), viewed.scan.bad->offset,
                viewed.scan.bad->reason);
        }
    }
    if (complete_) {
        TRY_ASSIGN(view_.findings, judge(facts, claims));
    }
    return {};
}

void Viewer::remark_segments()
{
    LogFacts facts;
    for (const auto& viewed : view_.segments) {
        facts.push_back({.segment = viewed.segment.get(), .scan = &viewed.scan});
    }
    for (const auto& one : facts) {
        const auto name = segment_name(one.segment->number());
        std::ranges::move(remarks(one), std::back_inserter(view_.findings));
        if (one.scan->unchecked > 0) {
            add(Severity::notice, name, std::nullopt,
                fmt::format("{} record(s) have no checksum", one.scan->unchecked));
        }
        if (merged(facts, one.segment->number())) {
            add(Severity::notice, name, std::nullopt, "was merged into a later segment; the next writer removes it");
        }
    }
}

Status Viewer::remark_others()
{
    TRY_ASSIGN(auto names, directory_.list());
    std::ranges::sort(names);
    for (const auto& name : names) {
        if (name == kCompactionName || name == kNextName) {
            add(Severity::notice, name, std::nullopt, "is a temporary file of a writer; the next one removes it");
        } else if (name.starts_with("log-") && name.find(".dat.torn-") != std::string::npos) {
            add(Severity::notice, name, std::nullopt,
                "is a copy of a torn tail that was cut off; remove it when you do not need it");
        }
    }
    return {};
}

// What is wrong with a segment that is being written may be the writer's doing.
Result<bool> Viewer::settled() const
{
    TRY_ASSIGN(const bool same, are_the_segments(directory_, opened_, unreadable_));
    if (!same || !view_.damaged() || view_.segments.empty()) {
        return same;
    }
    const auto& last = view_.segments.back();
    TRY_ASSIGN(const FileInfo info, last.segment->file().info());
    return info.size == last.size;
}

}  // namespace

bool LogView::damaged() const
{
    return std::ranges::count(findings, Severity::damage, &Finding::severity) > 0;
}

bool LogView::damaged(const std::string& file) const
{
    return std::ranges::any_of(
        findings, [&](const Finding& found) { return found.severity == Severity::damage && found.file == file; });
}

Result<LogView> view_log(Directory& directory)
{
    for (int attempt = 0; attempt < kTries; ++attempt) {
        TRY_ASSIGN(auto view, Viewer(directory).look());
        if (view) {
            return std::move(*view);
        }
    }
    return fail(Errc::busy, "the segments of the store change faster than they can be read");
}

}  // namespace bytestore
