#include "engine/log/segment.h"

#include "engine/log/line_scanner.h"
#include "engine/log/segment_name.h"

#define XXH_INLINE_ALL
#include <fmt/format.h>

#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace bytestore {

Segment::Segment(std::uint64_t number, std::unique_ptr<File> file, const FileInfo& info,
                 std::optional<format::Header> header)
    : number_(number), file_(std::move(file)), inode_(info.inode), file_mtime_(info.mtime), header_(std::move(header))
{
}

Result<format::Line> Segment::read_line(std::uint64_t offset, std::uint64_t length, std::string* value) const
{
    const auto source = line_source(*file_, offset);
    if (length > format::kPiece) {
        return placed(offset, format::parse_long_line(source, length, value));
    }
    std::string line(static_cast<std::size_t>(length), '\0');
    TRY(source(0, line));
    return parse_line(offset, line, value);
}

Result<format::Line> Segment::parse_line(std::uint64_t offset, std::string_view line, std::string* value) const
{
    return placed(offset, format::parse_line(line, value));
}

std::unexpected<Error> damaged_at(std::uint64_t segment, std::uint64_t offset, std::string_view reason)
{
    return fail(Errc::damaged, fmt::format("{} is damaged at offset {}: {}", segment_name(segment), offset, reason));
}

std::uint64_t key_hash(std::string_view key)
{
    return std::max<std::uint64_t>(XXH3_64bits(key.data(), key.size()), 1);
}

}  // namespace bytestore
