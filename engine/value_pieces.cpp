#include "engine/value_pieces.h"

#include "engine/log/line_scanner.h"
#include "engine/log/segment.h"

#include <algorithm>
#include <utility>

namespace bytestore {

Result<ValuePiecesPtr> ValuePieces::of(const ValueRef& value)
{
    const auto& entry = value.entry_;
    const auto& segment = *value.segment_;
    const auto source = line_source(segment.file(), entry.offset);
    format::BlockSums::Learner learner;
    TRY_ASSIGN(const auto line,
               segment.placed(entry.offset, format::parse_long_line(learner.watch(source), entry.length)));
    TRY(value.check(line));
    auto sums = learner.finish();
    if (line.canonical && line.value_end <= sums.size()) {
        return of(value, std::make_shared<const format::KnownText>(line.value_begin, line.value_end, std::move(sums)));
    }
    auto pieces = std::shared_ptr<ValuePieces>(new ValuePieces);
    TRY_ASSIGN(pieces->whole_, value.read());
    return pieces;
}

Result<ValuePiecesPtr> ValuePieces::of(const ValueRef& value, KnownTextPtr known)
{
    const auto& entry = value.entry_;
    const auto& segment = *value.segment_;
    auto pieces = std::shared_ptr<ValuePieces>(new ValuePieces);
    pieces->known_ = std::move(known);
    const auto source = line_source(segment.file(), entry.offset);
    TRY_ASSIGN(pieces->text_,
               segment.placed(entry.offset, format::ValueText::of(pieces->known_, entry.kind, entry.size, source)));
    return pieces;
}

Result<Slice> ValuePieces::read(const ValueRef& value, std::uint64_t offset, std::uint64_t size) const
{
    const auto& entry = value.entry_;
    if (!text_) {
        const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, whole_.size()));
        return Slice(whole_.substr(begin, static_cast<std::size_t>(size)));
    }
    const auto& segment = *value.segment_;
    return segment.placed(entry.offset, text_->read(line_source(segment.file(), entry.offset), offset, size));
}

std::size_t ValuePieces::memory_bytes() const
{
    return sizeof(ValuePieces) + (text_ ? text_->memory_bytes() : whole_.capacity());
}

}  // namespace bytestore
