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
    const auto pieces = std::shared_ptr<ValuePieces>(new ValuePieces);
    TRY_ASSIGN(const format::Line line, value.segment_->read_line(entry.offset, entry.length, nullptr));
    TRY(value.check(line));
    if (line.canonical) {
        TRY_ASSIGN(pieces->text_, format::ValueText::of(line, line_source(value.segment_->file(), entry.offset)));
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
    auto bytes = text_->read(line_source(value.segment_->file(), entry.offset), offset, size);
    if (!bytes && bytes.error().code == Errc::damaged) {
        return damaged_at(value.segment_->number(), entry.offset, bytes.error().message);
    }
    return bytes;
}

}  // namespace bytestore
