#include "engine/format/value_text.h"
#include "engine/log/line_scanner.h"
#include "engine/log/segment.h"
#include "engine/store.h"

#include <algorithm>
#include <utility>

namespace bytestore {

ValueRef::ValueRef(Entry entry, std::string key, std::shared_ptr<Segment> segment)
    : entry_(entry), key_(std::move(key)), segment_(std::move(segment))
{
}

Result<std::string> ValueRef::read() const
{
    std::string value;
    value.reserve(static_cast<std::size_t>(entry_.size));
    TRY_ASSIGN(const format::Line line, segment_->read_line(entry_.offset, entry_.length, &value));
    TRY(check(line));
    return value;
}

Result<std::string> ValueRef::parse(std::string_view text) const
{
    std::string value;
    value.reserve(static_cast<std::size_t>(entry_.size));
    TRY_ASSIGN(const format::Line line, segment_->parse_line(entry_.offset, text, &value));
    TRY(check(line));
    return value;
}

Status ValueRef::check(const format::Line& line) const
{
    const bool same = line.type == format::Line::Type::record && line.command == format::Command::set &&
                      line.key == key_ && line.kind == entry_.kind && line.size == entry_.size;
    return same ? Status{}
                : damaged_at(segment_->number(), entry_.offset, "another record stands where this key's value was");
}

ValuePieces::ValuePieces() = default;
ValuePieces::~ValuePieces() = default;

Result<std::shared_ptr<const ValuePieces>> ValuePieces::of(const ValueRef& value)
{
    const auto& entry = value.entry_;
    const auto& segment = *value.segment_;
    auto pieces = std::shared_ptr<ValuePieces>(new ValuePieces);
    const auto source = line_source(segment.file(), entry.offset);
    format::BlockSums::Learner learner;
    TRY_ASSIGN(const auto line,
               segment.placed(entry.offset, format::parse_long_line(learner.watch(source), entry.length)));
    TRY(value.check(line));
    auto sums = learner.finish();
    if (line.canonical && line.value_end <= sums.size()) {
        TRY_ASSIGN(pieces->text_, format::ValueText::of(line, std::move(sums), source));
    } else {
        TRY_ASSIGN(pieces->whole_, value.read());
    }
    return pieces;
}

Result<std::string> ValuePieces::read(const ValueRef& value, std::uint64_t offset, std::uint64_t size) const
{
    const auto& entry = value.entry_;
    if (!text_) {
        const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, whole_.size()));
        return whole_.substr(begin, static_cast<std::size_t>(size));
    }
    const auto& segment = *value.segment_;
    return segment.placed(entry.offset, text_->read(line_source(segment.file(), entry.offset), offset, size));
}

std::size_t ValuePieces::memory_bytes() const
{
    return sizeof(ValuePieces) + (text_ ? text_->memory_bytes() : whole_.capacity());
}

}  // namespace bytestore
