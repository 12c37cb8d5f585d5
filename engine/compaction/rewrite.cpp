#include "engine/compaction/rewrite.h"

#include "engine/log/buffered_output.h"
#include "engine/log/line_scanner.h"
#include "engine/log/log_writer.h"
#include "engine/log/segment_name.h"

#include <memory>
#include <string>
#include <utility>

namespace bytestore {
namespace {

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
    Status copy_line(const Catalog::SegmentView& input, const LineScanner& scanner, const format::Line& line);
    Result<std::uint64_t> write_set(const LineScanner& scanner, const format::Line& line, const format::Fields& fields);

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
        if (line->type == format::Line::Type::record && line->key != format::kStoreKey) {
            TRY(copy_line(input, scanner, *line));
        }
    }
}

Status Rewriter::copy_line(const Catalog::SegmentView& input, const LineScanner& scanner, const format::Line& line)
{
    const bool remove = line.command == format::Command::remove;
    const bool keep = remove ? catalog_.keeps_delete(input.slot, line.key, inputs_.size() > 1)
                             : catalog_.keeps_set(input.slot, scanner.offset(), line.key);
    if (!keep) {
        ++result_.records_dropped;
        return {};
    }
    auto fields = line.fields;
    fields.batch.reset();
    fields.synced_to.reset();
    const auto offset = output_.position();
    if (remove) {
        TRY_ASSIGN(const auto length, format::write_delete(output_.output(), line.key, fields));
        result_.replacement.deletes.push_back({.hash = key_hash(line.key), .length = length});
    } else {
        fields.mtime = fields.mtime.value_or(input.segment->file_mtime());
        TRY_ASSIGN(const auto length, write_set(scanner, line, fields));
        result_.replacement.moved.push_back(
            {.key = line.key, .from = input.slot, .from_offset = scanner.offset(), .offset = offset, .length = length});
    }
    ++lines_;
    return {};
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
