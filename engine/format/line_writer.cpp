#include "engine/format/line_writer.h"

#include "engine/format/fields.h"
#include "engine/format/json_text.h"
#include "engine/format/value_codec.h"

#include <algorithm>
#include <span>
#include <utility>

namespace bytestore::format {

namespace {

constexpr std::size_t kSlice = std::size_t{48} << 10;  // of a value, encoded at once; whole groups of base64
static_assert(kSlice % kBase64Bytes == 0 && kSlice * kLongestEscape <= kPiece);

constexpr std::size_t kUsual = 1024;  // bytes that are enough for most lines, so that few make the buffer grow

// The buffer of the last line, for the next one of this thread.
thread_local std::string spare_buffer;

}  // namespace

LineWriter::LineWriter(const Output& out)
    : out_(out), buffer_(std::move(spare_buffer))
{
    buffer_.reserve(kUsual);
}

LineWriter::~LineWriter()
{
    if (buffer_.capacity() <= 2 * kUsual) {
        buffer_.clear();
        spare_buffer = std::move(buffer_);
    }
}

Status LineWriter::flush()
{
    flushed_ += buffer_.size();
    TRY(out_(buffer_));
    buffer_.clear();
    return {};
}

Status LineWriter::make_room(std::size_t size)
{
    if (buffer_.size() + size > kPiece) {
        if (!flushed_sum_) {
            flushed_sum_.emplace();
        }
        flushed_sum_->add(buffer_);
        TRY(flush());
    }
    return {};
}

Status LineWriter::raw(std::string_view bytes)
{
    while (!bytes.empty()) {
        TRY(make_room(1));
        const std::string_view part = bytes.substr(0, kPiece - buffer_.size());
        buffer_ += part;
        bytes.remove_prefix(part.size());
    }
    return {};
}

Status LineWriter::escaped(std::string_view text)
{
    while (!text.empty()) {
        const std::string_view slice = text.substr(0, kSlice);
        TRY(make_room(slice.size() * kLongestEscape));
        append_escaped(buffer_, slice);
        text.remove_prefix(slice.size());
    }
    return {};
}

Status LineWriter::base64(std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::string_view slice = bytes.substr(0, kSlice);
        TRY(make_room(slice.size() * 2));
        append_base64(buffer_, slice);
        bytes.remove_prefix(slice.size());
    }
    return {};
}

Status LineWriter::from(const LineSource& source, std::uint64_t length)
{
    for (std::uint64_t at = 0; at < length;) {
        TRY(make_room(1));
        const std::size_t held = buffer_.size();
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(length - at, kPiece - held));
        buffer_.resize(held + part);
        TRY(source(at, std::span(buffer_).subspan(held)));
        at += part;
    }
    return {};
}

Status LineWriter::fields(const Fields& fields)
{
    constexpr std::size_t kMost = 1024;  // that they take up
    TRY(make_room(kMost));
    append_fields(buffer_, fields);
    return {};
}

Result<std::uint64_t> LineWriter::finish()
{
    const auto all = sum();
    if (buffer_.size() + kChecksumTail + 1 > kPiece) {
        TRY(flush());
    }
    append_checksum(buffer_, all);
    buffer_ += '\n';
    TRY(flush());
    return flushed_ - 1;
}

// Of all that was appended.
std::uint64_t LineWriter::sum() const
{
    if (!flushed_sum_) {
        return checksum_of(buffer_);
    }
    Checksum sum = *flushed_sum_;
    sum.add(buffer_);
    return sum.value();
}

}  // namespace bytestore::format
