#include "engine/log/recovery.h"

#include "engine/log/replay_index.h"
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

// The numbers of the segments in the directory, in order, with what else concerns the log said.
Result<std::vector<std::uint64_t>> segment_numbers(Directory& directory, const LogFunction& log)
{
    TRY_ASSIGN(const auto names, directory.list());
    std::vector<std::uint64_t> numbers;
    for (const auto& name : names) {
        if (const auto number = segment_number(name)) {
            numbers.push_back(*number);
        } else if (looks_like_segment(name)) {
            say(log, LogLevel::warning, fmt::format("{} is not the name of a segment; it is not read", name));
        }
    }
    std::ranges::sort(numbers);
    return numbers;
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
    Status judge(const std::optional<LockClaims>& claims);
    Result<LogEnd> finish_writing(const std::optional<LockClaims>& claims);
    void finish_reading();
    Result<bool> unchanged() const;
    // Whether the last segment is being written: then what is wrong with it may be the writer's doing.
    bool last_grows() const;

private:
    Result<std::shared_ptr<Segment>> open_segment(std::uint64_t number, OpenMode mode);
    Status adopt_snapshot();
    Status scan_one(Opened& opened);
    Status judge_inner(const Opened& opened, const Opened& next) const;
    Status judge_last(const Opened& last, const std::optional<LockClaims>& claims) const;
    Status judge_claims(const LockClaims& claims) const;
    Status judge_predecessors() const;
    Status judge_skipped(const Opened& opened, std::uint64_t synced) const;
    static Result<bool> begins_like_a_segment(const Opened& opened);
    static bool grows(const Opened& opened);
    static bool unfinished(const Opened& opened);
    bool merged(const Opened& opened) const;
    bool may_reuse_last() const;
    bool covered(std::uint64_t number) const;
    bool headerless_above(std::uint64_t number) const;
    void notice(const Opened& opened) const;
    Status remove_leftovers();
    void mark_sealed(const LogEnd& end);
    bool speaks_of(const LockClaims& claims, const Opened& opened) const;

    Directory& directory_;
    Catalog& catalog_;
    const Options& options_;
    const LogFunction& log_;
    std::vector<Opened> opened_;  // in the order of their numbers
};

// Opens the file before anything of it is known: the header is needed to make the Segment, so it is read first.
Result<std::shared_ptr<Segment>> Recovery::open_segment(std::uint64_t number, OpenMode mode)
{
    TRY_ASSIGN(auto file, directory_.open(segment_name(number), mode));
    TRY_ASSIGN(const FileInfo info, file->info());
    if (!info.regular) {
        return damaged_at(number, 0, "it is not a regular file");
    }
    return std::make_shared<Segment>(number, std::move(file), info, std::nullopt);
}

Status Recovery::read(OpenMode mode, const std::optional<LockClaims>& claims, bool use_snapshot)
{
    const bool failed = claims && claims->state == LockClaims::State::failed;
    TRY_ASSIGN(const auto numbers, segment_numbers(directory_, log_));
    for (const auto number : numbers) {
        const bool last = number == numbers.back();
        TRY_ASSIGN(auto segment, open_segment(number, last ? mode : OpenMode::read));
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
        notice(opened);
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
    const auto name = segment_name(opened.segment->number());
    const auto& scan = opened.scan;
    if (scan.lines_after_seal > 0 || (scan.header && scan.unchecked > 0)) {
        say(log_, LogLevel::info, fmt::format("{}: it holds records that an older program appended", name));
    }
    if (scan.skipped_batches > 0) {
        say(log_, LogLevel::warning,
            fmt::format("{}: {} incomplete batch(es) skipped; an older program wrote behind them", name,
                        scan.skipped_batches));
    }
}

Status Recovery::judge(const std::optional<LockClaims>& claims)
{
    for (std::size_t i = 0; i + 1 < opened_.size(); ++i) {
        TRY(judge_inner(opened_[i], opened_[i + 1]));
    }
    TRY(judge_predecessors());
    if (claims) {
        TRY(judge_claims(*claims));
    }
    return opened_.empty() ? Status{} : judge_last(opened_.back(), claims);
}

Status Recovery::judge_inner(const Opened& opened, const Opened& next) const
{
    const auto& scan = opened.scan;
    const auto number = opened.segment->number();
    if (scan.bad) {
        return damaged_at(number, scan.bad->offset, scan.bad->reason);
    }
    TRY(judge_skipped(opened, scan.synced_to));
    // The first ByteStore compacts away only in part what it dies over, and seals nothing.
    if (unfinished(opened) && next.scan.header && !merged(opened)) {
        return damaged_at(number, scan.size, "it ends without a seal, though a later segment follows");
    }
    return {};
}

// One of ours that has no seal, though no foreign line kept us from writing one.
bool Recovery::unfinished(const Opened& opened)
{
    const auto& scan = opened.scan;
    return scan.header && !scan.sealed && !scan.ends_unchecked && scan.unchecked == 0;
}

// Whether a later segment says that it holds all of this one.
bool Recovery::merged(const Opened& opened) const
{
    const auto number = opened.segment->number();
    return std::ranges::any_of(opened_, [&](const Opened& later) {
        return later.segment->number() > number && later.segment->from() <= number;
    });
}

// A batch that was synced was whole.
Status Recovery::judge_skipped(const Opened& opened, std::uint64_t synced) const
{
    if (opened.scan.first_skipped && *opened.scan.first_skipped < synced) {
        return damaged_at(opened.segment->number(), *opened.scan.first_skipped, "an incomplete batch that was synced");
    }
    return {};
}

bool Recovery::covered(std::uint64_t number) const
{
    return std::ranges::any_of(opened_, [&](const Opened& opened) {
        return opened.segment->from() <= number && number <= opened.segment->number();
    });
}

bool Recovery::headerless_above(std::uint64_t number) const
{
    return std::ranges::any_of(
        opened_, [&](const Opened& opened) { return !opened.scan.header && opened.segment->number() > number; });
}

Status Recovery::judge_predecessors() const
{
    for (const auto& opened : opened_) {
        const auto prev = opened.scan.header ? opened.scan.header->prev : std::nullopt;
        if (prev && !covered(*prev) && !headerless_above(opened.segment->number())) {
            return damaged_at(opened.segment->number(), 0,
                              fmt::format("it follows {}, which is missing", segment_name(*prev)));
        }
    }
    return {};
}

Status Recovery::judge_claims(const LockClaims& claims) const
{
    if (claims.segment && !covered(*claims.segment) && !headerless_above(*claims.segment)) {
        return fail(Errc::damaged,
                    fmt::format("{} is missing, though it was written last", segment_name(*claims.segment)));
    }
    return {};
}

// A copied store, or a segment that was rewritten since, is another file: then LOCK says nothing of it.
bool Recovery::speaks_of(const LockClaims& claims, const Opened& opened) const
{
    const auto id = opened.scan.header ? opened.scan.header->id : std::string();
    return claims.segment == opened.segment->number() && claims.inode == opened.segment->inode() && claims.id == id;
}

Status Recovery::judge_last(const Opened& last, const std::optional<LockClaims>& claims) const
{
    const auto& scan = last.scan;
    const auto number = last.segment->number();
    // A header that is gone cannot tell its id: the inode must do.
    const bool same_file = claims && claims->segment == number && claims->inode == last.segment->inode();
    const bool ours = claims && (speaks_of(*claims, last) || (same_file && !scan.header));
    const std::uint64_t synced = ours ? claims->synced : 0;
    const std::uint64_t good_end = scan.bad ? scan.bad->offset : scan.size;
    if (good_end < synced) {
        return damaged_at(
            number, good_end,
            fmt::format("{}, though the first {} bytes were synced: this was cut by someone, not by a crash",
                        scan.bad ? scan.bad->reason : "it ends here", synced));
    }
    TRY(judge_skipped(last, std::max(scan.synced_to, synced)));
    if (!scan.bad) {
        return {};
    }
    TRY_ASSIGN(const bool begun, begins_like_a_segment(last));
    if (!begun) {
        return damaged_at(number, 0, fmt::format("{}; not one line of it is a record", scan.bad->reason));
    }
    const bool unsynced = scan.bad->offset >= std::max(scan.synced_to, synced);
    const bool crashed = !ours || claims->boot != current_boot() || claims->state == LockClaims::State::failed;
    if (scan.unfit_seal || (scan.good_after_bad && !(unsynced && crashed))) {
        return damaged_at(number, scan.bad->offset, scan.bad->reason);
    }
    return {};
}

// A crash leaves the beginning of a first line, or a hole; any other file was put there by somebody.
Result<bool> Recovery::begins_like_a_segment(const Opened& opened)
{
    constexpr std::string_view kBeginning = R"({"cmd":")";
    if (opened.scan.bad->offset > 0 || opened.scan.good_after_bad) {
        return true;
    }
    std::string first(kBeginning.size(), '\0');
    TRY_ASSIGN(const std::size_t got, opened.segment->file().read(0, first));
    first.resize(got);
    return kBeginning.starts_with(first) || first.find_first_not_of('\0') == std::string::npos;
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
        const bool ours = claims && speaks_of(*claims, last);
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
    for (const auto& view : catalog_.segments()) {
        const auto number = view.segment->number();
        const auto opened = std::ranges::find(opened_, view.slot, &Opened::slot);
        if (!merged(*opened) || view.live > 0) {
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
    return opened_.size() == 1 || !unfinished(opened_[opened_.size() - 2]);
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
        if (!last && unfinished(opened)) {
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
    TRY_ASSIGN(const auto numbers, segment_numbers(directory_, nullptr));
    if (numbers.size() != opened_.size()) {
        return false;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto info = directory_.info(segment_name(numbers[i]));
        if (numbers[i] != opened_[i].segment->number() || !info || info->inode != opened_[i].segment->inode()) {
            return false;
        }
    }
    return true;
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
