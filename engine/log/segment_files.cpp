#include "engine/log/segment_files.h"

#include "engine/log/segment_name.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace bytestore {

Result<SegmentNames> list_segments(Directory& directory)
{
    TRY_ASSIGN(const auto names, directory.list());
    SegmentNames found;
    for (const auto& name : names) {
        if (const auto number = segment_number(name)) {
            found.numbers.push_back(*number);
        } else if (looks_like_segment(name)) {
            found.odd.push_back(name);
        }
    }
    std::ranges::sort(found.numbers);
    std::ranges::sort(found.odd);
    return found;
}

Result<std::shared_ptr<Segment>> open_segment(Directory& directory, std::uint64_t number, OpenMode mode)
{
    TRY_ASSIGN(auto file, directory.open(segment_name(number), mode));
    TRY_ASSIGN(const FileInfo info, file->info());
    if (!info.regular) {
        return damaged_at(number, 0, "it is not a regular file");
    }
    return std::make_shared<Segment>(number, std::move(file), info, std::nullopt);
}

Result<bool> are_the_segments(Directory& directory, const std::vector<std::shared_ptr<Segment>>& segments,
                              const std::vector<std::uint64_t>& others)
{
    TRY_ASSIGN(auto now, list_segments(directory));
    const auto there =
        std::erase_if(now.numbers, [&](std::uint64_t number) { return std::ranges::count(others, number) > 0; });
    return there == others.size() &&
           std::ranges::equal(now.numbers, segments, [&](std::uint64_t number, const auto& segment) {
               const auto info = directory.info(segment_name(number));
               return number == segment->number() && info && info->inode == segment->inode();
           });
}

}  // namespace bytestore
