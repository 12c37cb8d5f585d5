#include "engine/log/line_scanner.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace bytestore {
namespace {

constexpr std::size_t kBuffer = 4 * format::kPiece;

// What is read at once, but for long lines: little enough to stay in the processor's cache until it is parsed.
constexpr std::size_t kRead = std::size_t{256} << 10;

}  // namespace

LineScanner::LineScanner(File& file, std::uint64_t begin, std::uint64_t end)
    : file_(file),
      end_(end),
      buffer_(static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, end > begin ? end - begin : 0))),
      buffer_begin_(begin),
      offset_(begin),
      next_(begin)
{
}

Result<bool> LineScanner::next()
{
    offset_ = next_;
    length_ = 0;
    while (true) {
        const auto known = static_cast<std::size_t>(offset_ + length_ - buffer_begin_);
        const char* from = buffer_.data() + known;
        const auto available = buffered_ > known ? buffered_ - known : 0;
        const auto* newline = available == 0 ? nullptr : static_cast<const char*>(std::memchr(from, '\n', available));
        if (newline != nullptr) {
            length_ += static_cast<std::uint64_t>(newline - from);
            terminated_ = true;
            next_ = offset_ + length_ + 1;
            return true;
        }
        length_ += available;
        if (length_ == buffer_.size() && offset_ + length_ < end_) {
            return find_long_end();
        }
        TRY_ASSIGN(const bool more, fill());
        if (!more) {
            terminated_ = false;
            next_ = end_;
            return length_ > 0;
        }
    }
}

Result<bool> LineScanner::fill()
{
    if (offset_ + length_ >= end_) {
        return false;
    }
    const auto keep = static_cast<std::size_t>(length_);
    const auto start = static_cast<std::size_t>(offset_ - buffer_begin_);
    if (keep > 0) {
        std::memmove(buffer_.data(), buffer_.data() + start, keep);
    }
    buffer_begin_ = offset_;
    const auto room = std::min(buffer_.size() - keep, std::max(kRead, keep));
    const auto want = std::min<std::uint64_t>(room, end_ - offset_ - keep);
    TRY_ASSIGN(const std::size_t got,
               file_.read(offset_ + keep, std::span(buffer_).subspan(keep, static_cast<std::size_t>(want))));
    buffered_ = keep + got;
    if (got < want) {
        return fail(Errc::io, "the file became shorter while it was read");
    }
    return true;
}

// The line does not fit the buffer: it is searched piece by piece, and stays in the file.
Result<bool> LineScanner::find_long_end()
{
    std::vector<char> piece(format::kPiece);
    terminated_ = false;
    while (!terminated_ && offset_ + length_ < end_) {
        const auto want = std::min<std::uint64_t>(piece.size(), end_ - offset_ - length_);
        TRY_ASSIGN(const std::size_t got,
                   file_.read(offset_ + length_, std::span(piece).first(static_cast<std::size_t>(want))));
        if (got < want) {
            return fail(Errc::io, "the file became shorter while it was read");
        }
        const auto* newline = static_cast<const char*>(std::memchr(piece.data(), '\n', got));
        terminated_ = newline != nullptr;
        length_ += terminated_ ? static_cast<std::uint64_t>(newline - piece.data()) : got;
    }
    next_ = offset_ + length_ + (terminated_ ? 1 : 0);
    buffer_begin_ = next_;
    buffered_ = 0;
    return true;
}

Result<format::Line> LineScanner::parse(std::string* value, std::string room) const
{
    if (in_buffer()) {
        const auto start = static_cast<std::size_t>(offset_ - buffer_begin_);
        return format::parse_line({buffer_.data() + start, static_cast<std::size_t>(length_)}, value, std::move(room));
    }
    return format::parse_long_line(source(), length_, value);
}

format::LineSource LineScanner::source() const
{
    if (!in_buffer()) {
        return line_source(file_, offset_);
    }
    return [this](std::uint64_t offset, std::span<char> into) -> Status {
        const auto start = static_cast<std::size_t>(offset_ - buffer_begin_ + offset);
        std::memcpy(into.data(), buffer_.data() + start, into.size());
        return {};
    };
}

format::LineSource line_source(File& file, std::uint64_t begin)
{
    return [&file, begin](std::uint64_t offset, std::span<char> into) -> Status {
        TRY_ASSIGN(const std::size_t got, file.read(begin + offset, into));
        if (got < into.size()) {
            return fail(Errc::io, "the file became shorter while it was read");
        }
        return {};
    };
}

}  // namespace bytestore
