#include "engine/log/segment.h"
#include "engine/store.h"

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

}  // namespace bytestore
