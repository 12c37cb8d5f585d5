// Lines of Set and Delete, in the log's own form, as a stream of bytes that is applied to a store while it comes:
// what .control/apply, `kvs batch` and `kvs import` take.
//
// A line is what format::parse_line takes for a record; blank lines are passed over, and the fields `b` and `d` mean
// nothing. After a line {"batch":N} the next N records are one atomic batch; any other line is applied by itself. It is
// the call of write() with the line's newline that applies it.
//
// Threads: one at a time.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/apply/apply_batch.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore::fs {

inline constexpr std::uint64_t kMaxBatchRecords = 1'000'000;
inline constexpr std::uint64_t kMaxBatchBytes = std::uint64_t{256} << 20;

// What the lines are applied to.
struct ApplyTarget {
    std::uint64_t max_value = kDefaultMaxValue;      // bytes; bounds the length of a line
    std::uint64_t max_batch_bytes = kMaxBatchBytes;  // of its lines; more if one line needs it
    // Records outside of a batch are committed so many at a time, or fewer if they are large: those are all or nothing
    // as well. With 1 it is the call of write() with a line's newline that applies it.
    std::uint64_t run_records = 1;
    FindEntry find;
    // Commits a batch, all or nothing.
    std::function<Status(const Batch&)> apply;
};

// A store that nobody shows.
ApplyTarget apply_target(Store& store);

class ApplyStream {
public:
    explicit ApplyStream(ApplyTarget target);

    // Takes the next bytes, in the manner of write(2): returns how many were taken, which are fewer where a line behind
    // them cannot be applied. If there are none before it, that line's error, which names it by its number, and
    // nothing of `bytes` was taken. Errc::invalid: no such record; Errc::too_large: a line or a batch beyond its limit,
    // refused before it is held; else what the target said.
    //
    // Any error in a batch discards it, and every later write fails with it. So it is with what was held back.
    Result<std::size_t> write(std::string_view bytes);

    // Makes all lines one batch, which finish() applies. Called before the first write.
    void begin_whole();
    // Ends the stream: applies what is held back. Errors are those of check_end and of the target.
    Status finish();
    // Whether the stream may end here: Errc::invalid inside a line or a batch. Changes nothing.
    Status check_end() const;
    // Whether the last line lacks its newline.
    bool in_line() const { return !partial_.empty(); }

    // Bytes of the lines that are neither applied nor discarded, and of a part of one.
    std::uint64_t held() const;

    std::uint64_t applied() const { return applied_; }              // records
    std::uint64_t applied_lines() const { return applied_lines_; }  // number of the last line that was applied

private:
    struct Group {
        std::uint64_t line = 0;   // that began it
        std::uint64_t count = 0;  // records it will have
        std::uint64_t bytes = 0;  // of its lines so far
        ApplyBatch batch;
        bool whole = false;  // it ends with the stream, and count is what it may have
    };
    struct Run {
        std::uint64_t line = 0;  // its first
        std::uint64_t bytes = 0;
        ApplyBatch batch;
    };

    Status take(std::string_view piece);
    Status take_line(std::string_view line);
    Status take_record(std::string_view text);
    Status check_room(std::string_view more) const;
    Status take_grouped(std::size_t bytes, format::Line line, std::string value);
    Status commit(const ApplyBatch& batch, std::uint64_t last_line);
    Status commit_run(std::uint64_t last_line);
    Error error_in_line(const Error& error) const;
    void discard_group(Error error);

    ApplyTarget target_;
    const std::uint64_t longest_line_;
    std::string partial_;      // of the line that has not ended
    std::uint64_t lines_ = 0;  // that have ended
    std::uint64_t applied_ = 0;
    std::uint64_t applied_lines_ = 0;
    std::optional<Run> run_;        // what is held back; not beside a group
    std::optional<Group> group_;    // the batch that is being told
    std::optional<Error> failure_;  // of a batch or a run: it lasts
};

}  // namespace bytestore::fs
