// Collects the lines of one append and writes them at a place in a file, in pieces of at most format::kPiece.
#pragma once

#include "engine/format/record.h"
#include "engine/io/file.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore {

class BufferedOutput {
public:
    BufferedOutput(File& file, std::uint64_t at)
        : file_(file), written_to_(at)
    {
    }

    Status append(std::string_view bytes);
    Status flush();
    std::uint64_t position() const { return written_to_ + buffer_.size(); }  // where the next byte will stand
    format::Output output()
    {
        return [this](std::string_view bytes) { return append(bytes); };
    }

private:
    File& file_;
    std::uint64_t written_to_;
    std::string buffer_;
};

}  // namespace bytestore
