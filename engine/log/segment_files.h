// The files of the log in a data directory.
#pragma once

#include "engine/io/file.h"
#include "engine/log/segment.h"
#include "engine/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bytestore {

struct SegmentNames {
    std::vector<std::uint64_t> numbers;  // in order
    std::vector<std::string> odd;        // names that only look like those of segments
};

Result<SegmentNames> list_segments(Directory& directory);

// Errc::damaged if it is no regular file. Its header is not known yet.
Result<std::shared_ptr<Segment>> open_segment(Directory& directory, std::uint64_t number, OpenMode mode);

// Whether the directory's segments are these very files: then, since each was opened before, what was opened is the log
// of one moment, but for what the last has grown. `others` are numbers that may be there as well.
Result<bool> are_the_segments(Directory& directory, const std::vector<std::shared_ptr<Segment>>& segments,
                              const std::vector<std::uint64_t>& others = {});

}  // namespace bytestore
