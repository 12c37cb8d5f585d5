// Walks the lines of a file in order, reading it in large pieces.
#pragma once

#include "engine/format/record.h"
#include "engine/io/file.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace bytestore {

class LineScanner {
public:
    // Lines of [begin, end) of `file`, which outlives the scanner; `begin` is the start of a line.
    LineScanner(File& file, std::uint64_t begin, std::uint64_t end);

    // Moves to the next line; false at the end. Only a read error is an error.
    Result<bool> next();

    std::uint64_t offset() const { return offset_; }
    std::uint64_t length() const { return length_; }  // without the newline
    bool terminated() const { return terminated_; }   // it ends in a newline
    // Reads the current line; see format::parse_line. A read error is not Errc::damaged.
    Result<format::Line> parse(std::string* value = nullptr, std::string room = {}) const;
    // The bytes of the current line, at any length; good until next().
    format::LineSource source() const;

private:
    // Makes the bytes from offset_ + length_ on available; false at the end.
    Result<bool> fill();
    Result<bool> find_long_end();
    bool in_buffer() const { return offset_ >= buffer_begin_; }

    File& file_;
    const std::uint64_t end_;
    std::vector<char> buffer_;
    std::uint64_t buffer_begin_;  // offset in the file of the buffer's first byte
    std::size_t buffered_ = 0;    // bytes in the buffer
    std::uint64_t offset_;
    std::uint64_t length_ = 0;
    std::uint64_t next_;  // where the next line starts
    bool terminated_ = false;
};

// The bytes of [begin, begin + length) of `file`.
format::LineSource line_source(File& file, std::uint64_t begin);

}  // namespace bytestore
