#include "fs/apply/apply_stream.h"

#include "engine/format/json_text.h"
#include "engine/format/value_codec.h"
#include "engine/format/white_space.h"
#include "fs/apply/batch_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::uint64_t kRunBytes = std::uint64_t{8} << 20;
constexpr std::uint64_t kFieldsBytes = 4096;  // of all that is neither key nor value

std::uint64_t longest_line(std::uint64_t max_value)
{
    const auto value = std::min(max_value * format::kLongestEscape,
                                std::max<std::uint64_t>(format::kMaxForeignLine, max_value * format::kMostGrowth));
    return value + kMaxKeyBytes * format::kLongestEscape + kFieldsBytes;
}

// Whether a line that begins with these can be in the form that is written, which alone may be longer than
// kMaxForeignLine.
bool begins_like_ours(std::string_view held, std::string_view more)
{
    constexpr std::size_t kSearched = 4096;
    const auto begin = std::string(held.substr(0, kSearched)).append(more.substr(0, kSearched));
    return std::string_view(begin).substr(format::leading_white(begin)).starts_with(R"({"cmd":")");
}

// In the log a bad line is damage; here it is the caller's mistake.
Result<format::Line> parse_record(std::string_view text, std::string& value)
{
    auto line = format::parse_line(text, &value);
    if (!line) {
        return fail(Errc::invalid, std::move(line.error().message));
    }
    if (!line->odd_field.empty()) {
        return fail(Errc::invalid, fmt::format("{} has a value that it cannot have", line->odd_field));
    }
    return line;
}

}  // namespace

ApplyTarget apply_target(Store& store)
{
    return {.max_value = store.options().max_value,
            .find =
                [&store](std::string_view key) {
                    const auto found = store.find(key);
                    return found ? std::optional(found->entry()) : std::nullopt;
                },
            .apply = [&store](const Batch& batch) { return store.apply(batch); }};
}

ApplyStream::ApplyStream(ApplyTarget target)
    : target_(std::move(target)), longest_line_(longest_line(target_.max_value))
{
}

Result<std::size_t> ApplyStream::write(std::string_view bytes)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && !failure_) {
        const auto rest = bytes.substr(taken);
        const auto end = rest.find('\n');
        const auto piece = rest.substr(0, end == std::string_view::npos ? end : end + 1);
        if (auto done = take(piece); !done) {
            if (failure_) {
                break;  // what came before is lost, and this line with it
            }
            Error error = error_in_line(done.error());
            if (group_) {
                discard_group(std::move(error));
            } else if (auto held = commit_run(lines_); !held) {
                return forward(held);
            } else if (taken == 0) {
                return std::unexpected(std::move(error));
            }
            break;
        }
        taken += piece.size();
    }
    if (failure_ && taken == 0) {
        return std::unexpected(*failure_);
    }
    return taken;
}

// A piece of one line; with its newline, if it has one.
Status ApplyStream::take(std::string_view piece)
{
    TRY(check_room(piece));
    if (!piece.ends_with('\n')) {
        partial_ += piece;
        return {};
    }
    piece.remove_suffix(1);
    if (partial_.empty()) {
        TRY(take_line(piece));
    } else {
        const auto before = partial_.size();
        partial_ += piece;
        if (auto done = take_line(partial_); !done) {
            partial_.resize(before);
            return done;
        }
        partial_ = {};
    }
    ++lines_;
    return {};
}

Status ApplyStream::check_room(std::string_view more) const
{
    const auto line = partial_.size() + more.size();
    if (line > longest_line_) {
        return fail(Errc::too_large, fmt::format("is longer than {} bytes", longest_line_));
    }
    if (line > format::kMaxForeignLine && !begins_like_ours(partial_, more)) {
        return fail(Errc::too_large, fmt::format("is longer than {} bytes, and not in the form that is written here",
                                                 format::kMaxForeignLine));
    }
    if (const auto most = std::max(target_.max_batch_bytes, longest_line_); group_ && group_->bytes + line > most) {
        return fail(Errc::too_large, fmt::format("the batch is larger than {} bytes", most));
    }
    return {};
}

Status ApplyStream::take_line(std::string_view line)
{
    TRY_ASSIGN(const auto count, parse_batch_line(line, kMaxBatchRecords));
    if (!count) {
        return take_record(line);
    }
    if (group_) {
        return fail(Errc::invalid, "a batch begins inside another");
    }
    TRY(commit_run(lines_));
    group_.emplace(Group{.line = lines_ + 1, .count = *count, .bytes = 0, .batch = ApplyBatch(target_.find)});
    return {};
}

Status ApplyStream::take_record(std::string_view text)
{
    std::string value;
    TRY_ASSIGN(auto line, parse_record(text, value));
    if (line.type == format::Line::Type::blank) {
        return {};
    }
    TRY(check_value_size(line.key, value.size(), target_.max_value));
    if (group_) {
        return take_grouped(text.size(), std::move(line), std::move(value));
    }
    if (!run_) {
        run_.emplace(Run{.line = lines_ + 1, .bytes = 0, .batch = ApplyBatch(target_.find)});
    }
    TRY(run_->batch.add(std::move(line), std::move(value)));
    run_->bytes += text.size();
    const bool full = run_->batch.records() >= target_.run_records || run_->bytes >= kRunBytes;
    return full ? commit_run(lines_ + 1) : Status{};
}

Status ApplyStream::take_grouped(std::size_t bytes, format::Line line, std::string value)
{
    if (group_->batch.records() == group_->count) {
        return fail(Errc::too_large, fmt::format("the batch has more than {} records", group_->count));
    }
    TRY(group_->batch.add(std::move(line), std::move(value)));
    group_->bytes += bytes;
    if (group_->batch.records() == group_->count && !group_->whole) {
        TRY(commit(group_->batch, lines_ + 1));
        group_.reset();
    }
    return {};
}

Status ApplyStream::commit(const ApplyBatch& batch, std::uint64_t last_line)
{
    TRY(target_.apply(batch.batch()));
    applied_ += batch.records();
    applied_lines_ = last_line;
    return {};
}

// What cannot be committed is not tried again, and nothing behind it is. A run of one line is that line's own matter.
Status ApplyStream::commit_run(std::uint64_t last_line)
{
    const auto run = std::exchange(run_, std::nullopt);
    auto done = run && run->batch.records() > 0 ? commit(run->batch, last_line) : Status{};
    if (!done && target_.run_records > 1) {
        auto& error = done.error();
        error.message =
            fmt::format("lines {} to {}, which are applied together: {}", run->line, last_line, error.message);
        failure_ = error;
    }
    return done;
}

void ApplyStream::begin_whole()
{
    group_.emplace(
        Group{.line = 1, .count = kMaxBatchRecords, .bytes = 0, .batch = ApplyBatch(target_.find), .whole = true});
}

Status ApplyStream::finish()
{
    if (group_ && group_->whole && !in_line()) {
        const auto group = std::exchange(group_, std::nullopt);
        return commit(group->batch, lines_);
    }
    TRY(check_end());
    return commit_run(lines_);
}

std::uint64_t ApplyStream::held() const
{
    return partial_.size() + (group_ ? group_->bytes : 0) + (run_ ? run_->bytes : 0);
}

Error ApplyStream::error_in_line(const Error& error) const
{
    return {.code = error.code,
            .message = fmt::format("line {}: {}", lines_ + 1, error.message),
            .os_error = error.os_error};
}

void ApplyStream::discard_group(Error error)
{
    error.message += fmt::format("; the batch of line {} was discarded", group_->line);
    failure_ = std::move(error);
    group_.reset();
    partial_ = {};
}

Status ApplyStream::check_end() const
{
    if (failure_) {
        return std::unexpected(*failure_);
    }
    if (group_) {
        return fail(Errc::invalid, fmt::format("the batch of line {} has {} of {} records", group_->line,
                                               group_->batch.records(), group_->count));
    }
    if (in_line()) {
        return fail(Errc::invalid, fmt::format("line {} has no newline", lines_ + 1));
    }
    return {};
}

}  // namespace bytestore::fs
