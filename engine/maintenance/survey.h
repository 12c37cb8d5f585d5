// Reads all lines of a damaged segment, those behind bad ones included.
#pragma once

#include "engine/format/record.h"
#include "engine/log/line_scanner.h"
#include "engine/log/segment.h"
#include "engine/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace bytestore {

// A line that holds no record that counts.
struct LostLine {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;  // without its newline
    std::string reason;
    std::optional<std::string> key;  // as far as it can be seen: in a bad line it may be wrong
};

struct SurveySinks {
    // A record that counts, in order: those of a batch once it is whole.
    std::function<Status(std::uint64_t offset, std::uint64_t length, const format::Line& line)> record;
    std::function<Status(const LostLine& line)> lost;
};

// Surveys the first `size` bytes. Lines of a batch that is not whole are lost, and so is a seal that does not fit.
// Errors are those of reading, and of the sinks.
Status survey_segment(const Segment& segment, std::uint64_t size, const SurveySinks& sinks);

}  // namespace bytestore
