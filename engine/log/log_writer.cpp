#include "engine/log/log_writer.h"

#include "engine/log/roll_size.h"
#include "engine/log/segment_name.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

namespace bytestore {

std::string random_id()
{
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

LogWriter::LogWriter(Directory& directory, Catalog& catalog, LockFile& lock, const Options& options, const LogEnd& end)
    : directory_(directory),
      catalog_(catalog),
      lock_(lock),
      options_(options),
      space_(directory, options.segment_size),
      next_number_(end.next_number),
      roll_size_(roll_size(directory, options.segment_size))
{
    claims_.pid = ::getpid();
    claims_.mount_point = options.mount_point;
    claims_.boot = current_boot();
    if (!end.last) {
        return;
    }
    const auto views = catalog.segments();
    const auto last = std::ranges::find(views, *end.last, &Catalog::SegmentView::slot);
    claim(*last->segment, end.synced_to);
    if (end.appendable) {
        active_ = end.last;
        segment_ = last->segment;
        end_ = end.end;
        lines_ = end.lines;
        synced_to_ = end.synced_to;
        newline_missing_ = end.newline_missing;
        must_roll_ = end.failed;
        space_.resume(must_roll_ ? nullptr : segment_, end_);
    } else if (end.reusable) {
        empty_slot_ = end.last;
        --next_number_;
    }
}

Status LogWriter::open()
{
    if (options_.housekeeping_thread) {
        space_.take_spare();
    }
    const std::lock_guard lock(stop_mutex_);
    return write_claims(must_roll_ ? LockClaims::State::failed : LockClaims::State::open);
}

Status LogWriter::ready(bool spare_or_not)
{
    TRY(check());
    return must_begin_another() ? next_segment(spare_or_not) : Status{};
}

// A full segment that cannot be followed by another, because the disk is full as well, takes what it can.
Status LogWriter::begin(const LogSpace::Need& need)
{
    TRY(check());
    if (must_begin_another()) {
        TRY(next_segment(need.removes));
    } else if (lines_ > 0 && end_ + need.bytes > roll_size_) {
        auto rolled = next_segment(false);
        if (!rolled && (!active_ || rolled.error().code != Errc::no_space)) {
            return rolled;
        }
    }
    TRY(verify_untouched());
    if (newline_missing_) {
        TRY(add_newline());
    }
    return space_.admit(need);
}

Status LogWriter::append(std::uint64_t lines, const Emit& emit, const std::vector<Reservation*>& drawn)
{
    auto written = write_lines(lines, emit);
    if (written) {
        space_.appended(end_, drawn);
    } else {
        space_.cut_back();
    }
    return written;
}

Status LogWriter::write_lines(std::uint64_t lines, const Emit& emit)
{
    const auto note = [this](std::uint64_t at, std::string_view bytes) { tail_.append(*active_, at, bytes); };
    BufferedOutput output(segment_->file(), end_, note, std::move(room_));
    auto written = emit(output);
    if (written) {
        written = output.flush();
    }
    if (!written) {
        tail_.forget();
        if (const auto cut = segment_->file().truncate(end_); !cut) {
            stop(fmt::format("a failed write could not be cut off: {}", cut.error().message));
        }
        return written;
    }
    end_ = output.position();
    room_ = output.spare_room();
    lines_ += lines;
    catalog_.set_size(*active_, end_);
    return {};
}

Status LogWriter::roll()
{
    TRY(check());
    if (!active_) {
        return {};
    }
    // The spare of a store that stays open changes places while nobody can take it, if the disk has room for two.
    if (options_.housekeeping_thread || !space_.leave()) {
        auto next = next_segment(false);
        if (next || next.error().code != Errc::no_space || !space_.leave()) {
            return next;
        }
    }
    auto sealed = seal();
    if (!sealed) {
        space_follows();
    }
    return sealed;
}

void LogWriter::lend_space()
{
    if (verify_untouched()) {
        space_.lend();
    }
}

// The space of the active segment counts again, if there is one that is appended to.
void LogWriter::space_follows()
{
    space_.resume(must_begin_another() ? nullptr : segment_, end_);
}

// What writers were promised is no concern of the segment that is sealed any more.
Status LogWriter::seal()
{
    TRY(verify_untouched());
    if (std::exchange(newline_missing_, false)) {
        auto added = write_lines(0, [](BufferedOutput& output) { return output.append("\n"); });
        newline_missing_ = !added;
        TRY(std::move(added));
    }
    const format::Seal seal{.records = lines_, .size = end_};
    TRY(write_lines(1, [&](BufferedOutput& output) -> Status {
        TRY(format::write_seal(output.output(), seal));
        return {};
    }));
    if (auto done = segment_->file().sync(); !done) {
        stop(done.error().message);
        return done;
    }
    synced(*active_, end_);
    catalog_.set_sealed(*active_);
    catalog_.set_synced(*active_);
    ignore(segment_->file().truncate(end_));  // frees what was taken beyond the end; a compaction does it otherwise
    if (options_.log) {
        options_.log(LogLevel::debug, fmt::format("{}: sealed at {} bytes", segment_name(segment_->number()), end_));
    }
    active_.reset();
    segment_.reset();
    must_roll_ = false;
    return {};
}

// Everything before a new segment is on stable storage before that takes a record.
Status LogWriter::sync_older()
{
    for (const auto& view : catalog_.segments()) {
        if (view.synced || view.segment->number() >= next_number_) {
            continue;
        }
        if (auto done = view.segment->file().sync(); !done) {
            stop(done.error().message);
            return done;
        }
        catalog_.set_synced(view.slot);
    }
    return {};
}

// Seals the active segment, if there is one, and goes on in another.
Status LogWriter::next_segment(bool spare_or_not)
{
    TRY_ASSIGN(auto next, open_next());
    auto done = space_.move_to(next.segment, 0, spare_or_not);
    if (done) {
        done = prepare(next);
        if (done) {
            done = publish(next);
        }
        if (!done) {
            space_follows();
        }
    }
    if (!done) {
        ignore(directory_.unlink(std::string(kNextName)));  // the next one is written over it otherwise
    }
    return done;
}

Result<LogWriter::Next> LogWriter::open_next()
{
    if (next_number_ == 0 && !empty_slot_ && !catalog_.segments().empty()) {
        return fail(Errc::unsupported, fmt::format("no segment can follow {}: it has the last number there is",
                                                   segment_name(next_number_ - 1)));
    }
    TRY_ASSIGN(auto file, directory_.open(std::string(kNextName), OpenMode::create));
    TRY(file->truncate(0));
    TRY_ASSIGN(const FileInfo info, file->info());
    const format::Header header{
        .need = {}, .id = random_id(), .from = next_number_, .prev = catalog_.number_before(next_number_)};
    return Next{
        .info = info, .segment = std::make_shared<Segment>(next_number_, std::move(file), info, header), .end = 0};
}

Status LogWriter::prepare(Next& next)
{
    TRY(write_header(next));
    TRY(active_ ? seal() : Status{});
    return sync_older();
}

Status LogWriter::write_header(Next& next)
{
    BufferedOutput output(next.segment->file(), 0);
    TRY(format::write_header(output.output(), *next.segment->header()));
    TRY(output.flush());
    if (auto done = next.segment->file().sync(); !done) {
        stop(done.error().message);
        return done;
    }
    next.end = output.position();
    space_.appended(next.end, {});
    return {};
}

Status LogWriter::publish(const Next& next)
{
    const auto name = segment_name(next_number_);
    TRY(verify_name_free(name));
    TRY(directory_.rename(std::string(kNextName), name));
    if (auto done = directory_.sync(); !done) {
        stop(done.error().message);
        return done;
    }
    adopt(next);
    if (options_.log) {
        options_.log(LogLevel::debug, fmt::format("{}: created", name));
    }
    return {};
}

void LogWriter::adopt(const Next& next)
{
    if (empty_slot_) {
        catalog_.remove(*std::exchange(empty_slot_, std::nullopt));
    }
    segment_ = reopened(next);
    space_.reopened(segment_);
    active_ = catalog_.add(segment_);
    catalog_.set_size(*active_, next.end);
    ++next_number_;
    end_ = next.end;
    lines_ = 0;
    roll_size_ = roll_size(directory_, options_.segment_size);
    synced_to_ = announced_ = next.end;
    synced(*active_, next.end);
}

// Under its own name, so that messages say that. The descriptor from before does as well.
std::shared_ptr<Segment> LogWriter::reopened(const Next& next)
{
    auto file = directory_.open(segment_name(next_number_), OpenMode::write);
    const auto info = file ? (*file)->info() : Result<FileInfo>(FileInfo{});
    if (!info || info->inode != next.info.inode) {
        return next.segment;
    }
    return std::make_shared<Segment>(next_number_, std::move(*file), *info, next.segment->header());
}

// An empty file may be replaced; anything else was put there by another program.
Status LogWriter::verify_name_free(const std::string& name)
{
    const auto there = directory_.info(name);
    if (!there && there.error().code == Errc::not_found) {
        return {};
    }
    TRY(there);
    if (empty_slot_ && there->size == 0) {
        return {};
    }
    const auto reason = fmt::format("{} was made by another program", name);
    stop(reason);
    return fail(Errc::foreign_writer, reason);
}

Status LogWriter::verify_untouched()
{
    TRY_ASSIGN(const FileInfo info, segment_ ? segment_->file().info_without_time() : directory_.info());
    if (info.links > 0 && (!segment_ || info.size == end_)) {
        return {};
    }
    const auto reason =
        fmt::format("{} was {} by another program", segment_ ? segment_name(segment_->number()) : "the data directory",
                    info.links == 0 ? "removed" : fmt::format("changed from {} to {} bytes", end_, info.size));
    stop(reason);
    return fail(Errc::foreign_writer, reason);
}

Status LogWriter::add_newline()
{
    TRY(append(0, [](BufferedOutput& output) { return output.append("\n"); }));
    newline_missing_ = false;
    return {};
}

std::optional<std::uint64_t> LogWriter::sync_mark() const
{
    return synced_to_ > announced_ ? std::optional(synced_to_) : std::nullopt;
}

void LogWriter::synced(Catalog::Slot slot, std::uint64_t bytes)
{
    if (active_ != slot) {
        return;  // rolled meanwhile, which synced all of it
    }
    synced_to_ = std::max(synced_to_, bytes);
    if (synced_to_ == end_) {
        catalog_.set_synced(slot);
    }
    tell_claim(*segment_, synced_to_);
}

void LogWriter::last_was_rewritten()
{
    if (active_) {
        return;
    }
    const auto views = catalog_.segments();
    if (!views.empty() && views.back().synced) {
        tell_claim(*views.back().segment, views.back().size);
    }
}

void LogWriter::claim(const Segment& segment, std::uint64_t synced)
{
    claims_.segment = segment.number();
    claims_.inode = segment.inode();
    claims_.id = segment.id();
    claims_.synced = synced;
}

void LogWriter::tell_claim(const Segment& segment, std::uint64_t synced)
{
    const std::lock_guard lock(stop_mutex_);
    claim(segment, synced);
    if (stop_reason_.empty()) {
        ignore(write_claims(LockClaims::State::open));  // older claims are true as well, or of another file
    }
}

Status LogWriter::write_claims(LockClaims::State state)
{
    claims_.state = state;
    return lock_.write(claims_);
}

Status LogWriter::close()
{
    TRY(check());
    const auto info = active_ ? segment_->file().info() : Result<FileInfo>(FileInfo{});
    if (active_ && info && info->size == end_) {
        space_.trim();
    }
    // The next opening removes what is left over; if that dies over it, the one after must know.
    const bool left_over = std::ranges::any_of(catalog_.segments(), &Catalog::SegmentView::leftover);
    const std::lock_guard lock(stop_mutex_);
    return write_claims(must_roll_  ? LockClaims::State::failed
                        : left_over ? LockClaims::State::open
                                    : LockClaims::State::clean);
}

void LogWriter::stop(const std::string& reason)
{
    {
        const std::lock_guard lock(stop_mutex_);
        if (!stop_reason_.empty()) {
            return;
        }
        stop_reason_ = reason;
        stopped_ = true;
        ignore(write_claims(LockClaims::State::failed));  // the disk may be gone; what is in memory still says it
    }
    if (options_.log) {
        options_.log(LogLevel::error, fmt::format("no more writes are taken: {}", reason));
    }
}

Status LogWriter::check() const
{
    return stopped_ ? fail(Errc::stopped, fmt::format("the store takes no more writes: {}", stop_reason())) : Status{};
}

std::string LogWriter::stop_reason() const
{
    const std::lock_guard lock(stop_mutex_);
    return stop_reason_;
}

}  // namespace bytestore
