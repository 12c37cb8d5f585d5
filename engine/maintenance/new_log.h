// Writes the segments of a new store.
#pragma once

#include "engine/io/file.h"
#include "engine/log/buffered_output.h"
#include "engine/log/segment.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace bytestore {

class NewLog {
public:
    // `directory` is empty, and outlives the log. A segment does not grow beyond `segment_size` bytes, unless for one
    // record.
    NewLog(Directory& directory, std::uint64_t segment_size)
        : directory_(directory), segment_size_(segment_size)
    {
    }

    // Appends the Set at this place of another log, with its metadata; `line` is what that says. Where it carries no
    // time, its file's is written.
    Status append(const Segment& from, std::uint64_t offset, std::uint64_t length, const format::Line& line);
    // Seals and syncs the last segment. The names are the caller's to sync.
    Status finish();

private:
    Status begin_segment();

    Directory& directory_;
    const std::uint64_t segment_size_;
    std::unique_ptr<File> file_;
    std::optional<BufferedOutput> output_;
    std::uint64_t next_number_ = 0;
    std::uint64_t lines_ = 0;
};

}  // namespace bytestore
