// Builds one line and hands it on in pieces of at most kPiece, so that a long one is never held whole.
#pragma once

#include "engine/format/checksum.h"
#include "engine/format/record.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore::format {

class LineWriter {
public:
    explicit LineWriter(const Output& out);
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    // Each appends to the line: bytes as they are, a text with JSON escapes, bytes in base64, what a source holds.
    Status raw(std::string_view bytes);
    Status escaped(std::string_view text);
    Status base64(std::string_view bytes);
    Status from(const LineSource& source, std::uint64_t length);
    Status fields(const Fields& fields);

    std::uint64_t size() const { return flushed_ + buffer_.size(); }  // so far

    // Appends checksum, brace and newline. Returns the length without the newline.
    Result<std::uint64_t> finish();

private:
    Status make_room(std::size_t size);
    Status flush();

    std::uint64_t sum() const;

    std::optional<Checksum> flushed_sum_;  // none: all of the line is in the buffer, and summed up at once
    const Output& out_;
    std::uint64_t flushed_ = 0;
    std::string buffer_;
};

}  // namespace bytestore::format
