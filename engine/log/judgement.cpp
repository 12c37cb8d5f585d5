#include "engine/log/judgement.h"

#include "engine/log/segment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace bytestore {
namespace {

using Severity = Finding::Severity;

// In a copy of a store the segment is another file than the one that LOCK speaks of. It holds what that held all the
// same, if both were copied after the store was closed, and to the end.
bool copied_whole(const LockClaims& claims, const SegmentScan& scan)
{
    return claims.state == LockClaims::State::clean && claims.synced == scan.size;
}

class Judge {
public:
    Judge(const LogFacts& log, const std::optional<LockClaims>& claims)
        : log_(log), claims_(claims)
    {
    }

    Result<std::vector<Finding>> run();

private:
    void add(Severity severity, std::uint64_t number, std::optional<std::uint64_t> offset, std::string what)
    {
        findings_.push_back(
            {.severity = severity, .file = segment_name(number), .offset = offset, .what = std::move(what)});
    }
    void damage(const SegmentFacts& facts, std::uint64_t offset, std::string what)
    {
        add(Severity::damage, facts.segment->number(), offset, std::move(what));
    }

    const SegmentFacts& next_that_stays(std::size_t i) const;
    void judge_inner(const SegmentFacts& facts, const SegmentFacts& next);
    Status judge_last(const SegmentFacts& last);
    Status judge_bad_end(const SegmentFacts& last, std::uint64_t synced, bool ours);
    void judge_claims();
    void judge_names();
    void judge_copies();
    void judge_predecessors();
    void judge_skipped(const SegmentFacts& facts, std::uint64_t synced);
    static Result<bool> begins_like_a_segment(const SegmentFacts& facts);
    bool covered(std::uint64_t number) const;
    bool emptied(std::uint64_t number) const;
    bool headerless_above(std::uint64_t number) const;

    const LogFacts& log_;
    const std::optional<LockClaims>& claims_;
    std::vector<Finding> findings_;
};

Result<std::vector<Finding>> Judge::run()
{
    for (std::size_t i = 0; i + 1 < log_.size(); ++i) {
        judge_inner(log_[i], next_that_stays(i));
    }
    judge_names();
    judge_copies();
    judge_predecessors();
    judge_claims();
    if (!log_.empty()) {
        TRY(judge_last(log_.back()));
    }
    return std::move(findings_);
}

// The next writer removes what was merged, and must find the log as good as before.
const SegmentFacts& Judge::next_that_stays(std::size_t i) const
{
    return *std::find_if(log_.begin() + static_cast<std::ptrdiff_t>(i) + 1, log_.end() - 1,
                         [&](const SegmentFacts& facts) { return !merged(log_, facts.segment->number()); });
}

void Judge::judge_inner(const SegmentFacts& facts, const SegmentFacts& next)
{
    const auto& scan = *facts.scan;
    if (scan.bad) {
        damage(facts, scan.bad->offset, scan.bad->reason);
        return;  // the scan ended there
    }
    judge_skipped(facts, scan.synced_to);
    // The first ByteStore compacts away only in part what it dies over, and seals nothing.
    if (unfinished(scan) && next.scan->header && !merged(log_, facts.segment->number())) {
        damage(facts, scan.size, "it ends without a seal, though a later segment follows");
    }
}

// A batch that was synced was whole.
void Judge::judge_skipped(const SegmentFacts& facts, std::uint64_t synced)
{
    const auto skipped = facts.scan->first_skipped;
    if (skipped && *skipped < synced) {
        damage(facts, *skipped, "an incomplete batch that was synced");
    }
}

bool Judge::covered(std::uint64_t number) const
{
    return std::ranges::any_of(log_, [&](const SegmentFacts& facts) {
        return facts.segment->from() <= number && number <= facts.segment->number();
    });
}

// Nothing that was empty is ever named as the one before.
bool Judge::emptied(std::uint64_t number) const
{
    return !merged(log_, number) && std::ranges::any_of(log_, [&](const SegmentFacts& facts) {
        return facts.segment->number() == number && facts.scan->size == 0;
    });
}

bool Judge::headerless_above(std::uint64_t number) const
{
    return std::ranges::any_of(log_, [&](const SegmentFacts& facts) {
        return !facts.scan->header && facts.segment->number() > number && !merged(log_, facts.segment->number());
    });
}

// One that was given a lower name would hold nothing, not even itself.
void Judge::judge_names()
{
    for (const auto& facts : log_) {
        if (facts.segment->from() > facts.segment->number()) {
            damage(facts, 0,
                   fmt::format("its header is that of {} or a later one", segment_name(facts.segment->from())));
        }
    }
}

// One that was given a higher name as well would hide what was set since.
void Judge::judge_copies()
{
    std::map<std::string_view, std::uint64_t> numbers;
    for (const auto& facts : log_) {
        if (!facts.scan->header) {
            continue;
        }
        const auto number = facts.segment->number();
        if (const auto [first, fresh] = numbers.emplace(facts.scan->header->id, number); !fresh) {
            damage(facts, 0, fmt::format("its header is that of {} as well", segment_name(first->second)));
        }
    }
}

void Judge::judge_predecessors()
{
    for (const auto& facts : log_) {
        const auto prev = facts.scan->header ? facts.scan->header->prev : std::nullopt;
        if (prev && emptied(*prev)) {
            add(Severity::damage, *prev, 0,
                fmt::format("it is empty, though it was not when {} was begun", segment_name(facts.segment->number())));
        } else if (prev && !covered(*prev) && !headerless_above(facts.segment->number())) {
            damage(facts, 0, fmt::format("it follows {}, which is missing", segment_name(*prev)));
        }
    }
}

void Judge::judge_claims()
{
    const auto segment = claims_ ? claims_->segment : std::nullopt;
    if (segment && !covered(*segment) && !headerless_above(*segment)) {
        add(Severity::damage, *segment, std::nullopt, "is missing, though it was written last");
    }
}

Status Judge::judge_last(const SegmentFacts& last)
{
    const auto& scan = *last.scan;
    // A header that is gone cannot tell its id.
    const bool ours = claims_ && claims_->segment == last.segment->number() &&
                      (!scan.header || claims_->id == scan.header->id) &&
                      (claims_->inode == last.segment->inode() || copied_whole(*claims_, scan));
    const std::uint64_t synced = ours ? claims_->synced : 0;
    const std::uint64_t good_end = scan.bad ? scan.bad->offset : scan.size;
    if (good_end < synced) {
        damage(last, good_end,
               fmt::format("{}, though the first {} bytes were synced: this was cut by someone, not by a crash",
                           scan.bad ? scan.bad->reason : "it ends here", synced));
        return {};
    }
    judge_skipped(last, std::max(scan.synced_to, synced));
    return scan.bad ? judge_bad_end(last, synced, ours) : Status{};
}

Status Judge::judge_bad_end(const SegmentFacts& last, std::uint64_t synced, bool ours)
{
    const auto& scan = *last.scan;
    TRY_ASSIGN(const bool begun, begins_like_a_segment(last));
    if (!begun) {
        damage(last, 0, fmt::format("{}; not one line of it is a record", scan.bad->reason));
        return {};
    }
    const bool unsynced = scan.bad->offset >= std::max(scan.synced_to, synced);
    const bool crashed = !ours || claims_->boot != current_boot() || claims_->state == LockClaims::State::failed;
    if (scan.unexplained || (scan.good_after_bad && !(unsynced && crashed))) {
        damage(last, scan.bad->offset, scan.bad->reason);
        return {};
    }
    add(Severity::warning, last.segment->number(), scan.bad->offset,
        fmt::format("a torn tail of {} bytes ({}), which the next writer copies aside and cuts off",
                    scan.size - scan.bad->offset, scan.bad->reason));
    return {};
}

// A crash leaves the beginning of a first line, or a hole; any other file was put there by somebody.
Result<bool> Judge::begins_like_a_segment(const SegmentFacts& facts)
{
    constexpr std::string_view kBeginning = R"({"cmd":")";
    if (facts.scan->bad->offset > 0 || facts.scan->good_after_bad) {
        return true;
    }
    std::string first(kBeginning.size(), '\0');
    TRY_ASSIGN(const std::size_t got, facts.segment->file().read(0, first));
    first.resize(got);
    return kBeginning.starts_with(first) || first.find_first_not_of('\0') == std::string::npos;
}

}  // namespace

bool unfinished(const SegmentScan& scan)
{
    return scan.header && !scan.sealed && !scan.ends_unchecked && scan.unchecked == 0;
}

bool merged(const LogFacts& log, std::uint64_t number)
{
    return std::ranges::any_of(log, [&](const SegmentFacts& later) {
        return later.segment->number() > number && later.segment->from() <= number;
    });
}

bool speaks_of(const LockClaims& claims, const SegmentFacts& facts)
{
    const auto id = facts.scan->header ? facts.scan->header->id : std::string();
    return claims.segment == facts.segment->number() && claims.inode == facts.segment->inode() && claims.id == id;
}

std::vector<Finding> remarks(const SegmentFacts& facts)
{
    const auto& scan = *facts.scan;
    std::vector<Finding> found;
    const auto add = [&](Severity severity, std::optional<std::uint64_t> offset, std::string what) {
        found.push_back({.severity = severity,
                         .file = segment_name(facts.segment->number()),
                         .offset = offset,
                         .what = std::move(what)});
    };
    if (scan.lines_after_seal > 0 || (scan.header && scan.unchecked > 0)) {
        add(Severity::notice, std::nullopt, "it holds records that an older program appended");
    }
    if (scan.skipped_batches > 0 && !scan.bad) {
        add(Severity::warning, scan.first_skipped,
            fmt::format("{} incomplete batch(es) skipped; an older program wrote behind them", scan.skipped_batches));
    }
    return found;
}

Result<std::vector<Finding>> judge(const LogFacts& log, const std::optional<LockClaims>& claims)
{
    return Judge(log, claims).run();
}

Error refusal(const Finding& damage)
{
    return {.code = Errc::damaged,
            .message = damage.offset
                           ? fmt::format("{} is damaged at offset {}: {}", damage.file, *damage.offset, damage.what)
                           : fmt::format("{} {}", damage.file, damage.what)};
}

Status refuse_damage(const std::vector<Finding>& findings)
{
    const auto damage = std::ranges::find(findings, Severity::damage, &Finding::severity);
    return damage == findings.end() ? Status{} : std::unexpected(refusal(*damage));
}

}  // namespace bytestore
