#include "engine/log/log_writer.h"

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
    : directory_(directory), catalog_(catalog), lock_(lock), options_(options), next_number_(end.next_number)
{
    claims_.pid = ::getpid();
    claims_.mount_point = options.mount_point;
    claims_.boot = current_boot();
    if (!end.last) {
        return;
    }
    const auto views = catalog.segments();
    const auto last = std::ranges::find(views, *end.last, &Catalog::SegmentView::slot);
    claims_.segment = last->segment->number();
    claims_.inode = last->segment->inode();
    claims_.id = last->segment->header() ? last->segment->header()->id : "";
    claims_.synced = end.synced_to;
    if (end.appendable) {
        active_ = end.last;
        segment_ = last->segment;
        end_ = end.end;
        lines_ = end.lines;
        synced_to_ = end.synced_to;
        newline_missing_ = end.newline_missing;
        must_roll_ = end.failed;
    } else {
        reuse_ = end.reusable;
        empty_slot_ = reuse_ ? end.last : std::nullopt;
        next_number_ -= reuse_ ? 1 : 0;
    }
}

Status LogWriter::open()
{
    const std::lock_guard lock(stop_mutex_);
    return write_claims(must_roll_ ? LockClaims::State::failed : LockClaims::State::open);
}

Status LogWriter::begin(std::uint64_t bytes)
{
    TRY(check());
    if (active_ && (must_roll_ || (lines_ > 0 && end_ + bytes > options_.segment_size))) {
        TRY(roll());
    }
    if (!active_) {
        TRY(create());
    }
    TRY(verify_untouched());
    return newline_missing_ ? add_newline() : Status{};
}

Status LogWriter::append(std::uint64_t lines, const std::function<Status(BufferedOutput&)>& emit)
{
    BufferedOutput output(segment_->file(), end_);
    auto written = emit(output);
    if (written) {
        written = output.flush();
    }
    if (!written) {
        if (const auto cut = segment_->file().truncate(end_); !cut) {
            stop(fmt::format("a failed write could not be cut off: {}", cut.error().message));
        }
        return written;
    }
    end_ = output.position();
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
    TRY(verify_untouched());
    if (newline_missing_) {
        TRY(add_newline());
    }
    const format::Seal seal{.records = lines_, .size = end_};
    TRY(append(1, [&](BufferedOutput& output) -> Status {
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
    if (options_.log) {
        options_.log(LogLevel::debug, fmt::format("{}: sealed at {} bytes", segment_name(segment_->number()), end_));
    }
    active_.reset();
    segment_.reset();
    must_roll_ = false;
    return {};
}

std::optional<std::uint64_t> LogWriter::number_before(std::uint64_t number) const
{
    std::optional<std::uint64_t> before;
    for (const auto& view : catalog_.segments()) {
        if (view.segment->number() < number) {
            before = view.segment->number();
        }
    }
    return before;
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

Status LogWriter::create()
{
    TRY(sync_older());
    const auto name = segment_name(next_number_);
    TRY_ASSIGN(auto file, directory_.open(name, reuse_ ? OpenMode::write : OpenMode::create_new));
    const format::Header header{
        .need = {}, .id = random_id(), .from = next_number_, .prev = number_before(next_number_)};
    std::uint64_t end = 0;
    auto info = file->info();
    auto written = info ? write_header(*file, header, end) : Status(forward(info));
    if (!written) {
        reuse_ = reuse_ || !directory_.unlink(name);
        return written;
    }
    if (auto done = directory_.sync(); !done) {
        stop(done.error().message);
        return done;
    }
    if (empty_slot_) {
        catalog_.remove(*std::exchange(empty_slot_, std::nullopt));
    }
    segment_ = std::make_shared<Segment>(next_number_, std::move(file), *info, header);
    active_ = catalog_.add(segment_);
    catalog_.set_size(*active_, end);
    ++next_number_;
    reuse_ = false;
    end_ = end;
    lines_ = 0;
    synced_to_ = announced_ = end;
    if (options_.log) {
        options_.log(LogLevel::debug, fmt::format("{}: created", name));
    }
    synced(*active_, end);
    return {};
}

Status LogWriter::write_header(File& file, const format::Header& header, std::uint64_t& end)
{
    BufferedOutput output(file, 0);
    TRY(format::write_header(output.output(), header));
    if (auto written = output.flush(); !written) {
        ignore(file.truncate(0));  // a torn header is cut off by the next opening
        return written;
    }
    if (auto done = file.sync(); !done) {
        stop(done.error().message);
        return done;
    }
    end = output.position();
    return {};
}

Status LogWriter::verify_untouched()
{
    TRY_ASSIGN(const FileInfo info, segment_->file().info());
    if (info.size == end_ && info.links > 0) {
        return {};
    }
    const auto reason =
        fmt::format("{} was {} by another program", segment_name(segment_->number()),
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
    const std::lock_guard lock(stop_mutex_);
    claims_.segment = segment_->number();
    claims_.inode = segment_->inode();
    claims_.id = segment_->header() ? segment_->header()->id : "";
    claims_.synced = synced_to_;
    if (stop_reason_.empty()) {
        ignore(write_claims(LockClaims::State::open));  // older claims are true as well
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
    const std::lock_guard lock(stop_mutex_);
    return write_claims(must_roll_ ? LockClaims::State::failed : LockClaims::State::clean);
}

void LogWriter::stop(const std::string& reason)
{
    {
        const std::lock_guard lock(stop_mutex_);
        if (!stop_reason_.empty()) {
            return;
        }
        stop_reason_ = reason;
        ignore(write_claims(LockClaims::State::failed));  // the disk may be gone; what is in memory still says it
    }
    if (options_.log) {
        options_.log(LogLevel::error, fmt::format("no more writes are taken: {}", reason));
    }
}

Status LogWriter::check() const
{
    const std::lock_guard lock(stop_mutex_);
    if (!stop_reason_.empty()) {
        return fail(Errc::stopped, fmt::format("the store takes no more writes: {}", stop_reason_));
    }
    return {};
}

std::string LogWriter::stop_reason() const
{
    const std::lock_guard lock(stop_mutex_);
    return stop_reason_;
}

}  // namespace bytestore
