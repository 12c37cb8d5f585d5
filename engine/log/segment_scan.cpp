#include "engine/log/segment_scan.h"

#include "engine/format/json_text.h"
#include "engine/log/line_scanner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace bytestore {
namespace {

// What a header needs, for a message: short, and on one line.
std::string brief(const std::vector<std::string>& need)
{
    constexpr std::size_t kLongest = 100;
    std::string text;
    format::append_escaped(text, fmt::format("{}", fmt::join(need, ", ")));
    const auto begin = std::string_view(text).substr(0, kLongest);
    return begin.size() == text.size() ? text : std::string(begin.substr(0, format::valid_utf8_prefix(begin))) + "...";
}

class Scan {
public:
    Scan(File& file, std::uint64_t size, const RecordSink& sink, SegmentScan known)
        : scanner_(file, known.size, size), sink_(sink), result_(std::move(known)), lines_(result_.lines)
    {
        result_.size = size;
    }

    Result<SegmentScan> run();

private:
    struct Held {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        format::Line line;
    };

    // A line of which they may keep the content: it is too large to be copied about.
    Status take(format::Line& line);
    Status take_header(const format::Line& line);
    void take_seal(const format::Line& line);
    void take_record(format::Line& line);
    void take_batch_record(format::Line& line);
    void end_batch(const format::Line& next);
    void deliver(std::uint64_t offset, std::uint64_t length, const format::Line& line);
    std::uint64_t bad_from() const { return batch_.empty() ? scanner_.offset() : batch_.front().offset; }
    void note_sync(const format::Line& line);
    void bad(std::uint64_t offset, std::string reason);
    Status look_behind_bad();

    LineScanner scanner_;
    const RecordSink& sink_;
    SegmentScan result_;
    std::vector<Held> batch_;  // the records so far of one that is not whole yet
    std::uint64_t lines_;      // behind the header, without blank ones
    std::uint64_t lines_before_batch_ = 0;
    bool seal_seen_ = false;
    std::string room_;  // the key of the line before, of which only the memory matters
};

Result<SegmentScan> Scan::run()
{
    while (!result_.bad) {
        TRY_ASSIGN(const bool more, scanner_.next());
        if (!more) {
            break;
        }
        auto line = scanner_.parse(nullptr, std::move(room_));
        if (line && line->bereft && result_.header) {
            bad(bad_from(), "a record of a batch without its checksum");
        } else if (line) {
            result_.newline_missing = !scanner_.terminated();
            TRY(take(*line));
            room_ = std::move(line->key);
        } else if (line.error().code == Errc::damaged) {
            bad(bad_from(), batch_.empty() ? line.error().message
                                           : fmt::format("in the batch that begins there, at offset {}: {}",
                                                         scanner_.offset(), line.error().message));
        } else {
            return forward(line);
        }
    }
    if (!batch_.empty() && !result_.bad) {
        bad(batch_.front().offset, "an incomplete batch");
    } else if (result_.bad) {
        TRY(look_behind_bad());
    }
    result_.lines = result_.bad && !batch_.empty() ? lines_before_batch_ : lines_;
    return std::move(result_);
}

Status Scan::take(format::Line& line)
{
    using Type = format::Line::Type;
    if (line.type == Type::blank) {
        return {};
    }
    if (line.type == Type::header && scanner_.offset() == 0) {
        return take_header(line);
    }
    note_sync(line);
    end_batch(line);
    if (result_.bad) {
        return {};
    }
    result_.ends_unchecked = !line.checked;
    result_.lines_after_seal += seal_seen_ ? 1 : 0;
    if (line.type == Type::seal && !seal_seen_) {
        take_seal(line);
    } else if (line.type == Type::record) {
        take_record(line);
    }
    lines_ += result_.bad ? 0 : 1;
    return {};
}

Status Scan::take_header(const format::Line& line)
{
    if (line.header->version > format::kVersion || !line.header->need.empty()) {
        return fail(Errc::unsupported,
                    fmt::format("it was written by a newer version (format {}, needs [{}]); use that",
                                line.header->version, brief(line.header->need)));
    }
    result_.header = line.header;
    return {};
}

void Scan::take_seal(const format::Line& line)
{
    seal_seen_ = true;
    if (result_.first_skipped) {
        // What stands behind the batch was told already: no tail that can be cut off.
        result_.unexplained = true;
        bad(*result_.first_skipped, "an incomplete batch in a sealed segment");
        return;
    }
    if (line.seal.records != lines_ || line.seal.size != scanner_.offset()) {
        result_.unexplained = true;
        bad(scanner_.offset(), fmt::format("the seal does not fit: it says {} records in {} bytes, there are {} in {}",
                                           line.seal.records, line.seal.size, lines_, scanner_.offset()));
        return;
    }
    result_.sealed = true;
}

void Scan::take_record(format::Line& line)
{
    if (batch_.empty()) {
        lines_before_batch_ = lines_;
    }
    if (line.fields.batch) {
        take_batch_record(line);
    } else {
        deliver(scanner_.offset(), scanner_.length(), line);
    }
}

void Scan::take_batch_record(format::Line& line)
{
    const auto mark = *line.fields.batch;
    const auto expected = batch_.size() + 1;
    if (mark.index != expected || (!batch_.empty() && batch_.front().line.fields.batch->count != mark.count)) {
        const auto start = batch_.empty() ? scanner_.offset() : batch_.front().offset;
        bad(start,
            fmt::format("a batch with record {} of {} in the place of record {}", mark.index, mark.count, expected));
        result_.good_after_bad = true;
        return;
    }
    batch_.push_back({.offset = scanner_.offset(), .length = scanner_.length(), .line = std::move(line)});
    if (mark.index == mark.count) {
        for (const auto& held : batch_) {
            deliver(held.offset, held.length, held.line);
        }
        batch_.clear();
    }
}

// Whatever does not go on with the batch ends it.
void Scan::end_batch(const format::Line& next)
{
    if (batch_.empty() || (next.fields.batch && next.fields.batch->index != 1)) {
        return;
    }
    if (next.checked) {
        bad(batch_.front().offset, "an incomplete batch");
        result_.unexplained = true;
        return;
    }
    ++result_.skipped_batches;
    result_.first_skipped = result_.first_skipped.value_or(batch_.front().offset);
    batch_.clear();
}

void Scan::deliver(std::uint64_t offset, std::uint64_t length, const format::Line& line)
{
    if (line.key == format::kStoreKey) {
        return;  // a copy of a header or a seal that lost its fields
    }
    ++result_.records;
    result_.unchecked += line.checked ? 0 : 1;
    sink_(offset, length, line);
}

// Nothing behind a record was synced before it was written: such a mark is forged, and would be held against the log.
void Scan::note_sync(const format::Line& line)
{
    if (const auto to = line.fields.synced_to.value_or(0); to <= scanner_.offset()) {
        result_.synced_to = std::max(result_.synced_to, to);
    }
}

void Scan::bad(std::uint64_t offset, std::string reason)
{
    result_.bad = SegmentScan::Bad{.offset = offset, .reason = std::move(reason)};
    result_.newline_missing = false;
}

// Good lines there, and the marks in them, tell damage from a torn tail.
Status Scan::look_behind_bad()
{
    while (true) {
        TRY_ASSIGN(const bool more, scanner_.next());
        if (!more || !scanner_.terminated()) {
            return {};
        }
        const auto line = scanner_.parse();
        if (!line && line.error().code != Errc::damaged) {
            return std::unexpected(line.error());
        }
        if (line && line->type != format::Line::Type::blank) {
            result_.good_after_bad = true;
            note_sync(*line);
        }
    }
}

}  // namespace

Result<SegmentScan> scan_segment(File& file, std::uint64_t size, const RecordSink& sink, SegmentScan known)
{
    return Scan(file, size, sink, std::move(known)).run();
}

}  // namespace bytestore
