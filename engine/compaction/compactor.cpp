#include "engine/compaction/compactor.h"

#include "engine/log/roll_size.h"
#include "engine/log/segment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bytestore {
namespace {

constexpr std::size_t kMergeCount = 4;
constexpr std::uint64_t kMergeBytes = std::uint64_t{16} << 20;

bool may_rewrite(const Catalog::SegmentView& view)
{
    return view.sealed && !view.leftover;
}

// Once a headerless segment is rewritten, nothing explains any more why an older one names a predecessor that is
// missing, or has no seal (the first ByteStore's compaction was interrupted); so such older ones are rewritten first.
bool predecessor_missing(const std::vector<Catalog::SegmentView>& views, const Catalog::SegmentView& view)
{
    const auto& header = view.segment->header();
    if (!header || !header->prev) {
        return false;
    }
    return std::ranges::none_of(views, [&](const Catalog::SegmentView& other) {
        return other.segment->from() <= *header->prev && *header->prev <= other.segment->number();
    });
}

bool predecessor_missing_before(const std::vector<Catalog::SegmentView>& views, const Catalog::SegmentView& view)
{
    return std::ranges::any_of(views, [&](const Catalog::SegmentView& older) {
        return older.segment->number() < view.segment->number() &&
               (older.unfinished || predecessor_missing(views, older));
    });
}

// Of neighbours, some that are small beside each other: no record is copied often, if each merge makes at least two of
// its size.
std::optional<std::vector<Catalog::SegmentView>> worth_merging(std::vector<Catalog::SegmentView> run)
{
    if (run.size() < kMergeCount) {
        return std::nullopt;
    }
    const auto largest = std::ranges::max_element(run, {}, &Catalog::SegmentView::size);
    std::uint64_t others = 0;
    for (const auto& view : run) {
        others += view.size;
    }
    others -= largest->size;
    if (largest->size <= others) {
        return run;
    }
    auto before = worth_merging({run.begin(), largest});
    return before ? std::move(before) : worth_merging({largest + 1, run.end()});
}

std::uint64_t live_bytes(const Catalog::SegmentView& view)
{
    return view.size - std::min(view.size, view.dead_bytes);
}

}  // namespace

Compactor::Compactor(Directory& directory, Catalog& catalog, Hooks hooks)
    : directory_(directory), catalog_(catalog), hooks_(std::move(hooks))
{
}

Result<CompactionReport> Compactor::run(unsigned dead_percent)
{
    if (report_.bytes_before == 0) {
        report_.bytes_before = catalog_.staleness().log_bytes;
    }
    TRY(remove_leftovers());
    TRY(rewrite_stale(dead_percent));
    TRY(merge_small());
    // Deletes that hid only what stood in merged inputs can go now.
    TRY(rewrite_stale(dead_percent));
    report_.bytes_after = catalog_.staleness().log_bytes;
    return report_;
}

// A view keeps its segment's file, and with it the disk space, so that none is kept here for longer than its turn.
Status Compactor::rewrite_stale(unsigned dead_percent)
{
    for (const auto slot : slots()) {
        if (worth_rewriting(slot, dead_percent)) {
            TRY(replace_making_room(slot));
        }
    }
    return {};
}

// As things are now: the rewrite of an older segment may have made a Delete in this one dead.
bool Compactor::worth_rewriting(Catalog::Slot slot, unsigned dead_percent) const
{
    const auto views = catalog_.segments();
    const auto view = std::ranges::find(views, slot, &Catalog::SegmentView::slot);
    return view != views.end() && may_rewrite(*view) &&
           (view->stale_enough(dead_percent) || view->unfinished || predecessor_missing(views, *view));
}

std::vector<Catalog::Slot> Compactor::slots() const
{
    std::vector<Catalog::Slot> slots;
    for (const auto& view : catalog_.segments()) {
        slots.push_back(view.slot);
    }
    return slots;
}

// A rewrite needs room for what is live before it frees what is dead.
Status Compactor::replace_making_room(Catalog::Slot slot)
{
    auto done = replace_one(slot);
    while (!done && done.error().code == Errc::no_space) {
        const auto smaller = smaller_than(slot);
        if (!smaller) {
            break;
        }
        TRY(replace_one(*smaller));
        done = replace_one(slot);
    }
    return done;
}

Status Compactor::replace_one(Catalog::Slot slot)
{
    auto views = catalog_.segments();
    const auto input = std::ranges::find(views, slot, &Catalog::SegmentView::slot);
    const Views inputs{std::move(*input)};
    views.clear();
    return replace(inputs);
}

// The segment that needs the least room, of those whose rewrite frees any.
std::optional<Catalog::Slot> Compactor::smaller_than(Catalog::Slot slot) const
{
    const auto views = catalog_.segments();
    std::optional<Catalog::Slot> best;
    auto least = live_bytes(*std::ranges::find(views, slot, &Catalog::SegmentView::slot));
    for (const auto& view : views) {
        const bool in_order = view.segment->header() || !predecessor_missing_before(views, view);
        if (may_rewrite(view) && in_order && view.dead_bytes >= kDiskBlock && live_bytes(view) < least) {
            best = view.slot;
            least = live_bytes(view);
        }
    }
    return best;
}

Status Compactor::replace(const Views& inputs)
{
    const auto& newest = inputs.back();
    const auto number = newest.segment->number();
    const auto prev = catalog_.number_before(inputs.front().segment->from());
    auto rewrite = write_replacement(directory_, catalog_, inputs, prev, hooks_.given_up);
    auto ready = rewrite ? sync_newer(number) : Status(std::unexpected(rewrite.error()));
    if (ready) {
        ready = verify_untouched(inputs);
    }
    if (!ready) {
        ignore(directory_.unlink(std::string(kCompactionName)));  // the next opening or run removes it otherwise
        return ready;
    }
    TRY(rename_over(number));
    std::uint64_t before = 0;
    for (const auto& input : inputs) {
        before += input.size;
    }
    catalog_.replace(rewrite->replacement);
    hooks_.replaced();
    report_.segments_rewritten += 1;
    report_.records_dropped += rewrite->records_dropped;
    if (hooks_.log) {
        hooks_.log(LogLevel::info, fmt::format("{}: compacted {} segment(s) from {} to {} bytes, {} records dropped",
                                               segment_name(number), inputs.size(), before, rewrite->replacement.size,
                                               rewrite->records_dropped));
    }
    return inputs.size() > 1 ? remove_leftovers() : Status{};
}

Status Compactor::sync_newer(std::uint64_t number)
{
    TRY(hooks_.sync_active());
    for (const auto& view : catalog_.segments()) {
        if (view.segment->number() <= number || view.synced || !view.sealed) {
            continue;  // the active one was synced by the hook
        }
        if (auto done = view.segment->file().sync(); !done) {
            hooks_.stop_writing(done.error().message);
            return done;
        }
        catalog_.set_synced(view.slot);
    }
    return {};
}

// What another program appended to an input is in no replacement.
Status Compactor::verify_untouched(const Views& inputs)
{
    for (const auto& input : inputs) {
        TRY_ASSIGN(const FileInfo info, input.segment->file().info());
        if (info.size != input.size || info.links == 0) {
            const auto reason =
                fmt::format("{} was changed or removed by another program", segment_name(input.segment->number()));
            hooks_.stop_writing(reason);
            return fail(Errc::foreign_writer, reason);
        }
    }
    return {};
}

Status Compactor::rename_over(std::uint64_t number)
{
    TRY(directory_.rename(std::string(kCompactionName), segment_name(number)));
    auto done = directory_.sync();
    if (!done) {
        // Which of the two files the name means after a crash is unknown; both are right, but no further step may build
        // on either.
        hooks_.stop_writing(done.error().message);
    }
    return done;
}

// Unlinks the inputs of merges, these and earlier ones.
Status Compactor::remove_leftovers()
{
    std::vector<Catalog::Slot> removed;
    for (const auto& view : catalog_.segments()) {
        if (!view.leftover) {
            continue;
        }
        if (auto gone = directory_.unlink(segment_name(view.segment->number())); gone) {
            removed.push_back(view.slot);
        } else if (hooks_.log) {
            hooks_.log(LogLevel::warning, gone.error().message);
        }
    }
    if (removed.empty()) {
        return {};
    }
    // Only once the names are gone for good may Deletes that hid their Sets be dropped.
    if (auto done = directory_.sync(); !done) {
        hooks_.stop_writing(done.error().message);
        return done;
    }
    for (const auto slot : removed) {
        catalog_.remove(slot);
    }
    report_.segments_removed += removed.size();
    return {};
}

Status Compactor::merge_small()
{
    while (const auto inputs = small_neighbours()) {
        auto merged = replace(*inputs);
        if (!merged && merged.error().code == Errc::no_space) {
            break;  // that frees little; it waits for better times
        }
        TRY(std::move(merged));
    }
    return {};
}

std::optional<Compactor::Views> Compactor::small_neighbours() const
{
    const auto most = roll_size(directory_, kMergeBytes);
    Views run;
    std::uint64_t bytes = 0;
    for (const auto& view : catalog_.segments()) {
        if (may_rewrite(view) && bytes + view.size < most) {
            run.push_back(view);
            bytes += view.size;
            continue;
        }
        if (auto inputs = worth_merging(std::move(run))) {
            return inputs;
        }
        run.clear();
        bytes = 0;
        if (may_rewrite(view) && view.size < most) {
            run.push_back(view);
            bytes = view.size;
        }
    }
    return worth_merging(std::move(run));
}

}  // namespace bytestore
