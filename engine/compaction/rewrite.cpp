#include "engine/compaction/rewrite.h"

#include "engine/log/buffered_output.h"
#include "engine/log/line_scanner.h"
#include "engine/log/log_writer.h"
#include "engine/log/segment_name.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace bytestore {
namespace {

// What a copy keeps: its batch is no more, and what was synced is of another file.
format::Fields kept(format::Fields fields)
{
    fields.batch.reset();
    fields.synced_to.reset();
    return fields;
}

// Whether a copy with these fields is byte for byte the line.
bool stays(const format::Line& line, const format::Fields& fields)
{
    return line.canonical && line.checked && line.fields == fields;
}

// Which Sets of a segment are their keys' last records, asked in the order in which they stand.
class LiveSets {
public:
    LiveSets(const Catalog& catalog, Catalog::Slot slot)
        : catalog_(catalog), slot_(slot), offsets_(catalog.live_sets(slot))
    {
    }

    bool contains(std::uint64_t offset, std::string_view key)
    {
        if (!offsets_) {
            return catalog_.keeps_set(slot_, offset, key);
        }
        while (next_ < offsets_->size() && (*offsets_)[next_] < offset) {
            ++next_;
        }
        return next_ < offsets_->size() && (*offsets_)[next_] == offset;
    }

private:
    const Catalog& catalog_;
    const Catalog::Slot slot_;
    const std::optional<std::vector<std::uint64_t>> offsets_;
    std::size_t next_ = 0;  // none before it is asked for any more
};

class Rewriter {
public:
    Rewriter(const Catalog& catalog, const std::vector<Catalog::SegmentView>& inputs, File& file,
             const std::stop_token& given_up)
        : catalog_(catalog), inputs_(inputs), given_up_(given_up), output_(file, 0)
    {
    }

    Status run(const format::Header& header)
    {
        TRY(format::write_header(output_.output(), header));
        for (const auto& input : inputs_) {
            TRY(copy_segment(input));
        }
        TRY(format::write_seal(output_.output(), {.records = lines_, .size = output_.position()}));
        TRY(output_.flush());
        result_.replacement.size = output_.position();
        return {};
    }

    Rewrite take() { return std::move(result_); }

private:
    Status copy_segment(const Catalog::SegmentView& input);
    Status copy_set(const Catalog::SegmentView& input, const LineScanner& scanner, const format::Line& line);
    Status copy_delete(const LineScanner& scanner, const format::Line& line);
    Result<std::uint64_t> write_set(const LineScanner& scanner, const format::Line& line, const format::Fields& fields);
    Result<std::uint64_t> write_unchanged(const LineScanner& scanner);

    const Catalog& catalog_;
    const std::vector<Catalog::SegmentView>& inputs_;
    const std::stop_token& given_up_;
    BufferedOutput output_;
    std::string piece_;  // of a line
    std::uint64_t lines_ = 0;
    Rewrite result_;
};

Status Rewriter::copy_segment(const Catalog::SegmentView& input)
{
    LineScanner scanner(input.segment->file(), 0, input.size);
    LiveSets live(catalog_, input.slot);
    while (true) {
        if (given_up_.stop_requested()) {
            return fail(Errc::busy, "the compaction was given up, since the store is being closed");
        }
        TRY_ASSIGN(const bool more, scanner.next());
        if (!more) {
            return {};
        }
        auto line = scanner.parse();
        if (!line) {
            return line.error().code == Errc::damaged
                       ? damaged_at(input.segment->number(), scanner.offset(), line.error().message)
                       : forward(line);
        }
        if (line->type != format::Line::Type::record || line->key == format::kStoreKey) {
            continue;
        }
        const bool remove = line->command == format::Command::remove;
        const bool keep = remove ? catalog_.keeps_delete(input.slot, line->key, inputs_.size() > 1)
                                 : live.contains(scanner.offset(), line->key);
        if (!keep) {
            ++result_.records_dropped;
            continue;
        }
        TRY(remove ? copy_delete(scanner, *line) : copy_set(input, scanner, *line));
        ++lines_;
    }
}

Status Rewriter::copy_set(const Catalog::SegmentView& input, const LineScanner& scanner, const format::Line& line)
{
    auto fields = kept(line.fields);
    fields.mtime = fields.mtime.value_or(input.segment->file_mtime());
    const auto offset = output_.position();
    TRY_ASSIGN(const auto length, stays(line, fields) ? write_unchanged(scanner) : write_set(scanner, line, fields));
    result_.replacement.moved.push_back(
        {.key = line.key, .from = input.slot, .from_offset = scanner.offset(), .offset = offset, .length = length});
    return {};
}

Status Rewriter::copy_delete(const LineScanner& scanner, const format::Line& line)
{
    const auto fields = kept(line.fields);
    TRY_ASSIGN(const auto length, stays(line, fields) ? write_unchanged(scanner)
                                                      : format::write_delete(output_.output(), line.key, fields));
    result_.replacement.deletes.push_back({.hash = key_hash(line.key), .length = length});
    return {};
}

// Of a line that says already what it should say.
Result<std::uint64_t> Rewriter::write_unchanged(const LineScanner& scanner)
{
    const auto bytes = scanner.source();
    const auto length = scanner.length();
    for (std::uint64_t at = 0; at < length;) {
        piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(length - at, format::kPiece)));
        TRY(bytes(at, piece_));
        at += piece_.size();
        if (at == length) {
            piece_ += '\n';
        }
        TRY(output_.append(piece_));
    }
    return length;
}

Result<std::uint64_t> Rewriter::write_set(const LineScanner& scanner, const format::Line& line,
                                          const format::Fields& fields)
{
    if (line.canonical) {
        const auto text = [source = scanner.source(), begin = line.value_begin](
                              std::uint64_t offset, std::span<char> into) { return source(begin + offset, into); };
        return format::write_set_raw(output_.output(), line.key, text, line.value_end - line.value_begin, fields);
    }
    std::string value;
    TRY(scanner.parse(&value));
    return format::write_set(output_.output(), line.key, line.kind, value, fields);
}

}  // namespace

Result<Rewrite> write_replacement(Directory& directory, const Catalog& catalog,
                                  const std::vector<Catalog::SegmentView>& inputs, std::optional<std::uint64_t> prev,
                                  const std::stop_token& given_up)
{
    TRY_ASSIGN(auto file, directory.open(std::string(kCompactionName), OpenMode::create));
    TRY(file->truncate(0));
    const format::Header header{.need = {}, .id = random_id(), .from = inputs.front().segment->from(), .prev = prev};
    Rewriter rewriter(catalog, inputs, *file, given_up);
    TRY(rewriter.run(header));
    TRY(file->sync());
    TRY_ASSIGN(const FileInfo info, file->info());
    Rewrite rewrite = rewriter.take();
    rewrite.replacement.output =
        std::make_shared<Segment>(inputs.back().segment->number(), std::move(file), info, header);
    for (const auto& input : inputs) {
        rewrite.replacement.inputs.push_back(input.slot);
    }
    return rewrite;
}

}  // namespace bytestore
