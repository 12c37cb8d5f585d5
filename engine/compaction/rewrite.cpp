#include "engine/compaction/rewrite.h"

#include "engine/format/fields.h"
#include "engine/log/buffered_output.h"
#include "engine/log/line_scanner.h"
#include "engine/log/log_writer.h"
#include "engine/log/segment_name.h"

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

namespace bytestore {
namespace {

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
    Status copy_delete(const format::Line& line);

    const Catalog& catalog_;
    const std::vector<Catalog::SegmentView>& inputs_;
    const std::stop_token& given_up_;
    BufferedOutput output_;
    std::uint64_t lines_ = 0;
    Rewrite result_;
};

Status Rewriter::copy_segment(const Catalog::SegmentView& input)
{
    LineScanner scanner(input.segment->file(), 0, input.size);
    LiveSets live(catalog_, input.slot);
    while (true) {
        if (given_up_.stop_requested()) {
            return fail(Errc::busy, "the compaction was given up, since the store is being closed", ECANCELED);
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
        TRY(remove ? copy_delete(*line) : copy_set(input, scanner, *line));
        ++lines_;
    }
}

Status Rewriter::copy_set(const Catalog::SegmentView& input, const LineScanner& scanner, const format::Line& line)
{
    auto fields = line.fields;
    format::forget_place(fields);
    fields.mtime = fields.mtime.value_or(input.segment->file_mtime());
    const auto offset = output_.position();
    TRY_ASSIGN(const auto set,
               format::copy_set(output_.output(), scanner.source(), scanner.length(), line, line.key, fields));
    result_.replacement.moved.push_back(
        {.key = line.key, .from = input.slot, .from_offset = scanner.offset(), .offset = offset, .length = set.length});
    return {};
}

Status Rewriter::copy_delete(const format::Line& line)
{
    auto fields = line.fields;
    format::forget_place(fields);
    TRY_ASSIGN(const auto length, format::write_delete(output_.output(), line.key, fields));
    result_.replacement.deletes.push_back({.hash = key_hash(line.key), .length = length});
    return {};
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
