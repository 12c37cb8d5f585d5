// Reads one segment from its first line to its last and tells what is in it; what that means for the store is
// recovery's to decide.
#pragma once

#include "engine/format/record.h"
#include "engine/io/file.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace bytestore {

struct SegmentScan {
    struct Bad {
        std::uint64_t offset = 0;  // of the first line that is not good; of an incomplete batch, that of its first line
        std::string reason;
    };

    std::uint64_t size = 0;
    std::optional<format::Header> header;
    bool sealed = false;                         // it has a seal, and the seal fits
    bool unexplained = false;                    // what is bad is nothing that a crash leaves
    std::uint64_t lines = 0;                     // good ones behind the header, blank ones not counted
    std::uint64_t records = 0;                   // Sets and Deletes that count
    std::uint64_t unchecked = 0;                 // of those, without a checksum
    bool ends_unchecked = false;                 // the last good line has no checksum: the first ByteStore wrote it
    bool newline_missing = false;                // the last line is good but for its newline
    std::uint64_t lines_after_seal = 0;          // good ones; the first ByteStore appended them
    std::uint64_t skipped_batches = 0;           // incomplete, with a line of the first ByteStore behind
    std::optional<std::uint64_t> first_skipped;  // offset of the first of them
    std::uint64_t synced_to = 0;                 // the largest "d" in it, those behind a bad line included
    std::optional<Bad> bad;
    bool good_after_bad = false;
};

// Hears each record that counts, in order: those of a batch once it is whole. The line's value is not decoded.
using RecordSink = std::function<void(std::uint64_t offset, std::uint64_t length, const format::Line& line)>;

// Scans the first `size` bytes of `file`. Records behind a bad line are not told. With `known`, the result of a scan of
// the first known.size bytes that found nothing odd and no seal, it goes on from there. Errors: what reading gives
// (never taken for the end of the log), and Errc::unsupported for a header of a newer version.
Result<SegmentScan> scan_segment(File& file, std::uint64_t size, const RecordSink& sink, SegmentScan known = {});

}  // namespace bytestore
