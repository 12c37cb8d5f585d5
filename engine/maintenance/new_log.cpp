#include "engine/maintenance/new_log.h"

#include "engine/format/fields.h"
#include "engine/log/line_scanner.h"
#include "engine/log/log_writer.h"
#include "engine/log/segment_name.h"

namespace bytestore {

Status NewLog::append(const Segment& from, std::uint64_t offset, std::uint64_t length, const format::Line& line)
{
    if (output_ && lines_ > 0 && output_->position() + length > segment_size_) {
        TRY(finish());
    }
    if (!output_) {
        TRY(begin_segment());
    }
    auto fields = line.fields;
    format::forget_place(fields);
    fields.mtime = fields.mtime.value_or(from.file_mtime());
    TRY(format::copy_set(output_->output(), line_source(from.file(), offset), length, line, line.key, fields));
    ++lines_;
    return {};
}

Status NewLog::begin_segment()
{
    const auto number = next_number_++;
    const auto prev = number > 0 ? std::optional(number - 1) : std::nullopt;
    TRY_ASSIGN(file_, directory_.open(segment_name(number), OpenMode::create_new));
    output_.emplace(*file_, 0);
    lines_ = 0;
    TRY(format::write_header(output_->output(), {.need = {}, .id = random_id(), .from = number, .prev = prev}));
    return {};
}

Status NewLog::finish()
{
    if (!output_) {
        return {};
    }
    TRY(format::write_seal(output_->output(), {.records = lines_, .size = output_->position()}));
    TRY(output_->flush());
    output_.reset();
    return file_->sync();
}

}  // namespace bytestore
