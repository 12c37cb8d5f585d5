#include "engine/log/recovery.h"

#include "engine/log/judgement.h"
#include "engine/log/replay_index.h"
#include "engine/log/segment_files.h"
#include "engine/log/segment_name.h"
#include "engine/log/segment_scan.h"
#include "engine/log/snapshot_binding.h"
#include "engine/log/torn_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bytestore {
namespace {

constexpr int kReaderTries = 100;

struct Opened {
    std::shared_ptr<Segment> segment;
    SegmentScan scan;                      // before it is scanned: of what a snapshot covers
    std::optional<SnapshotSegment> known;  // what that says of it
    Catalog::Slot slot = 0;
    std::uint64_t size = 0;  // when the scan began
};

void say(const LogFunction& log, LogLevel level, const std::string& text)
{
    if (log) {
        log(level, text);
    }
}

class Recovery {
public:
    Recovery(Directory& directory, Catalog& catalog, const Options& options)
        : directory_(directory), catalog_(catalog), options_(options), log_(options.log)
    {
    }

    // Opens every segment, and scans what of it the snapshot does not cover, if that may be used and fits. A read error
    // or an unknown format ends it.
    Status read(OpenMode mode, const std::optional<LockClaims>& claims, bool use_snapshot);
    bool used_snapshot() const { return !opened_.empty() && opened_.front().known; }
    // Refuses what no crash explains. `claims` only where they may be held against the log.
    Status judge(const std::optional<LockClaims>& claims) const;
    Result<LogEnd> finish_writing(const std::optional<LockClaims>& claims);
    void finish_reading();
    Result<bool> unchanged() const;
    // Whether the last segment is being written: then what is wrong with it may be the writer's doing.
    bool last_grows() const;

private:
    Status adopt_snapshot();
    Status scan_one(Opened& opened);
    LogFacts facts() const;
    static bool grows(const Opened& opened);
    bool may_reuse_last() const;
    bool speak_of_last(const std::optional<LockClaims>& claims) const;
    bool closed_in_order(const std::optional<LockClaims>& claims) const;
    void notice(const Opened& opened) const;
    Status remove_leftovers();
    void mark_sealed(const LogEnd& end);

    Directory& directory_;
    Catalog& catalog_;
    const Options& options_;
    const LogFunction& log_;
    std::vector<Opened> opened_;  // in the order of their numbers
};

Status Recovery::read(OpenMode mode, const std::optional<LockClaims>& claims, bool use_snapshot)
{
    const bool failed = claims && claims->state == LockClaims::State::failed;
    TRY_ASSIGN(const auto names, list_segments(directory_));
    for (const auto& odd : names.odd) {
        say(log_, LogLevel::warning, fmt::format("{} is not the name of a segment; it is not read", odd));
    }
    for (const auto number : names.numbers) {
        const bool last = number == names.numbers.back();
        TRY_ASSIGN(auto segment, open_segment(directory_, number, last ? mode : OpenMode::read));
        if (last && failed) {
            TRY(segment->file().drop_cache());
        }
        opened_.push_back({.segment = std::move(segment), .scan = {}, .known = {}, .slot = 0, .size = 0});
    }
    if (use_snapshot && !failed) {
        if (const auto adopted = adopt_snapshot(); !adopted) {
            say(log_, LogLevel::debug, fmt::format("the whole log is read: {}", adopted.error().message));
        }
    }
    for (auto& opened : opened_) {
        TRY(scan_one(opened));
    }
    return {};
}

// All of it or nothing: on an error the catalog is as it was.
Status Recovery::adopt_snapshot()
{
    std::vector<std::shared_ptr<Segment>> segments;
    segments.reserve(opened_.size());
    for (const auto& opened : opened_) {
        segments.push_back(opened.segment);
    }
    TRY_ASSIGN(auto bound, open_snapshot(directory_, segments,
                                         options_.index_on_demand ? SnapshotLoad::on_demand : SnapshotLoad::whole));
    for (std::size_t i = 0; i < bound.scans.size(); ++i) {
        opened_[i].scan = std::move(bound.scans[i]);
        opened_[i].known = std::move(bound.snapshot.segments[i]);
    }
    catalog_.adopt(Index(std::move(bound.snapshot.base)), bound.snapshot.hidden_keys);
    say(log_, LogLevel::debug, fmt::format("{}: it covers {} segment(s)", kSnapshotName, bound.scans.size()));
    return {};
}

Status Recovery::scan_one(Opened& opened)
{
    TRY_ASSIGN(const FileInfo info, opened.segment->file().info());
    opened.slot = catalog_.add(opened.segment);
    opened.size = info.size;
    if (opened.known) {
        catalog_.adopt_segment(opened.slot, std::move(*opened.known));
    }
    const auto mtime = opened.segment->file_mtime();
    const auto slot = opened.slot;
    bool undated = false;
    const auto replay = [&](std::uint64_t offset, std::uint64_t length, const format::Line& line) {
        const bool remove = line.command == format::Command::remove;
        undated = undated || (!remove && !line.fields.mtime);
        catalog_.replay({.key = line.key, .remove = remove, .entry = entry_of(slot, offset, length, line, mtime)});
    };
    auto scan = opened.known && opened.scan.size == info.size
                    ? Result<SegmentScan>(std::move(opened.scan))
                    : scan_segment(opened.segment->file(), info.size, replay, std::move(opened.scan));
    if (!scan) {
        return fail(scan.error().code,
                    fmt::format("{}: {}", segment_name(opened.segment->number()), scan.error().message),
                    scan.error().os_error);
    }
    opened.scan = std::move(*scan);
    opened.segment->adopt_header(opened.scan.header);
    catalog_.set_size(slot, info.size);
    catalog_.describe(slot, opened.scan.unchecked, can_be_covered(opened.scan, undated));
    say(log_, LogLevel::debug,
        fmt::format("{}: {} records in {} bytes{}", segment_name(opened.segment->number()), opened.scan.records,
                    info.size, opened.scan.sealed ? ", sealed" : ""));
    return {};
}

void Recovery::notice(const Opened& opened) const
{
    for (const auto& remark : remarks({.segment = opened.segment.get(), .scan = &opened.scan})) {
        const auto level = remark.severity == Finding::Severity::notice ? LogLevel::info : LogLevel::warning;
        say(log_, level, fmt::format("{}: {}", remark.file, remark.what));
    }
}

LogFacts Recovery::facts() const
{
    LogFacts facts;
    facts.reserve(opened_.size());
    for (const auto& opened : opened_) {
        facts.push_back({.segment = opened.segment.get(), .scan = &opened.scan});
    }
    return facts;
}

Status Recovery::judge(const std::optional<LockClaims>& claims) const
{
    TRY_ASSIGN(const auto findings, bytestore::judge(facts(), claims));
    TRY(refuse_damage(findings));
    for (const auto& opened : opened_) {
        notice(opened);
    }
    return {};
}

Result<LogEnd> Recovery::finish_writing(const std::optional<LockClaims>& claims)
{
    LogEnd end;
    if (!opened_.empty()) {
        auto& last = opened_.back();
        const auto number = last.segment->number();
        end.end = last.scan.size;
        if (last.scan.bad) {
            TRY_ASSIGN(const auto copy, cut_torn_tail(directory_, segment_name(number), last.segment->file(),
                                                      last.scan.bad->offset, last.scan.size));
            say(log_, LogLevel::warning,
                fmt::format("{}: a torn tail of {} bytes at offset {} ({}) was cut off; a copy is in {}",
                            segment_name(number), last.scan.size - last.scan.bad->offset, last.scan.bad->offset,
                            last.scan.bad->reason, copy));
            end.end = last.scan.bad->offset;
            catalog_.set_size(last.slot, end.end);
        }
        const bool ours = speak_of_last(claims);
        end.last = last.slot;
        end.next_number = number + 1;
        end.lines = last.scan.lines;
        end.synced_to = std::max(last.scan.synced_to, ours ? claims->synced : 0);
        end.appendable = last.scan.header && !last.scan.sealed && last.scan.unchecked == 0;
        end.reusable = end.end == 0 && may_reuse_last();
        end.newline_missing = last.scan.newline_missing;
        end.failed = ours && claims->state == LockClaims::State::failed;
    }
    catalog_.finish_replay();
    mark_sealed(end);
    // What a writer that died did to names last is not safe yet, and all that follows builds on it.
    if (!opened_.empty() && !closed_in_order(claims)) {
        TRY(directory_.sync());
    }
    TRY(remove_leftovers());
    return end;
}

void Recovery::finish_reading()
{
    if (!opened_.empty() && opened_.back().scan.bad) {
        const auto& last = opened_.back();
        // A writer that is in the middle of an append has nothing torn.
        const auto level = grows(last) ? LogLevel::debug : LogLevel::warning;
        say(log_, level,
            fmt::format("{}: {} at offset {}; what is behind it is not read", segment_name(last.segment->number()),
                        last.scan.bad->reason, last.scan.bad->offset));
    }
    catalog_.finish_replay();
}

bool Recovery::speak_of_last(const std::optional<LockClaims>& claims) const
{
    return claims && speaks_of(*claims, facts().back());
}

bool Recovery::closed_in_order(const std::optional<LockClaims>& claims) const
{
    return speak_of_last(claims) && claims->state == LockClaims::State::clean;
}

// A crash in a merge leaves inputs that the output covers; nothing in them is live.
Status Recovery::remove_leftovers()
{
    if (directory_.info(std::string(kSnapshotTempName))) {
        TRY(directory_.unlink(std::string(kSnapshotTempName)));
    }
    bool removed = false;
    for (const auto temporary : {kCompactionName, kNextName}) {
        const std::string name(temporary);
        if (directory_.info(name)) {
            TRY(directory_.unlink(name));
            removed = true;
        }
    }
    const auto log = facts();
    for (const auto& view : catalog_.segments()) {
        const auto number = view.segment->number();
        if (!merged(log, number) || view.live > 0) {
            continue;
        }
        if (auto gone = directory_.unlink(segment_name(number)); !gone) {
            say(log_, LogLevel::warning, gone.error().message);
            catalog_.set_leftover(view.slot);
            continue;
        }
        catalog_.remove(view.slot);
        removed = true;
    }
    return removed ? directory_.sync() : Status{};
}

// A header in an empty file would leave no trace that the first ByteStore made it, which explains why the one before
// has no seal.
bool Recovery::may_reuse_last() const
{
    return opened_.size() == 1 || !unfinished(opened_[opened_.size() - 2].scan);
}

// What stands before the last segment grows no more, nor does the last if it is not ours. Only a seal shows that it was
// synced.
void Recovery::mark_sealed(const LogEnd& end)
{
    for (const auto& opened : opened_) {
        const bool last = &opened == &opened_.back();
        if (!last || !(end.appendable || end.reusable)) {
            catalog_.set_sealed(opened.slot);
        }
        if (!last && unfinished(opened.scan)) {
            catalog_.set_unfinished(opened.slot);
        }
        if (!last && opened.scan.sealed) {
            catalog_.set_synced(opened.slot);
        }
    }
}

bool Recovery::grows(const Opened& opened)
{
    const auto info = opened.segment->file().info();
    return info && info->size != opened.size;
}

bool Recovery::last_grows() const
{
    return !opened_.empty() && grows(opened_.back());
}

Result<bool> Recovery::unchanged() const
{
    std::vector<std::shared_ptr<Segment>> segments;
    segments.reserve(opened_.size());
    for (const auto& opened : opened_) {
        segments.push_back(opened.segment);
    }
    return are_the_segments(directory_, segments);
}

}  // namespace

Result<Recovered> recover_for_writing(Directory& directory, const std::optional<LockClaims>& claims,
                                      const MakeCatalog& make, const Options& options)
{
    for (bool use_snapshot = options.snapshot;; use_snapshot = false) {
        auto catalog = make();
        Recovery recovery(directory, *catalog, options);
        auto verdict = recovery.read(OpenMode::write, claims, use_snapshot);
        if (verdict) {
            verdict = recovery.judge(claims);
        }
        if (recovery.used_snapshot() && !(verdict && catalog->intact())) {
            continue;
        }
        TRY(verdict);
        TRY_ASSIGN(const LogEnd end, recovery.finish_writing(claims));
        return Recovered{.catalog = std::move(catalog), .end = end};
    }
}

Result<std::unique_ptr<Catalog>> recover_for_reading(Directory& directory, const MakeCatalog& make,
                                                     const Options& options)
{
    bool use_snapshot = options.snapshot;
    for (int attempt = 1;; ++attempt) {
        // Before the segments are looked at: what a writer syncs meanwhile must not count against what was read.
        const auto claims = read_claims(directory);
        auto catalog = make();
        Recovery recovery(directory, *catalog, options);
        auto verdict = recovery.read(OpenMode::read, std::nullopt, use_snapshot);
        if (verdict) {
            verdict = recovery.judge(claims);
        }
        if (recovery.used_snapshot() && !(verdict && catalog->intact())) {
            use_snapshot = false;
            continue;
        }
        const auto unchanged = recovery.unchanged();
        if (!unchanged) {
            return std::unexpected(unchanged.error());
        }
        const bool written_to = !*unchanged || (!verdict && recovery.last_grows());
        if (written_to && attempt < kReaderTries) {
            continue;  // a writer rolled, compacted or cut back meanwhile
        }
        if (!verdict) {
            return forward(verdict);
        }
        if (!*unchanged) {
            return fail(Errc::busy, "the segments of the store change faster than they can be read");
        }
        recovery.finish_reading();
        return catalog;
    }
}

}  // namespace bytestore
