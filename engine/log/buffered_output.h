// Collects the lines of one append and writes them at a place in a file, in pieces of at most format::kPiece.
#pragma once

#include "engine/format/record.h"
#include "engine/io/file.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace bytestore {

class BufferedOutput {
public:
    using Written = std::function<void(std::uint64_t at, std::string_view bytes)>;

    // `written` hears of what stands in the file now. `room`: an empty string, whose memory is used.
    BufferedOutput(File& file, std::uint64_t at, Written written = {}, std::string room = {})
        : file_(file), written_to_(at), written_(std::move(written)), buffer_(std::move(room))
    {
    }

    Status append(std::string_view bytes);
    Status flush();
    // After the last flush: room for another one, if it is little.
    std::string spare_room();
    std::uint64_t position() const { return written_to_ + buffer_.size(); }  // where the next byte will stand
    format::Output output()
    {
        return [this](std::string_view bytes) { return append(bytes); };
    }

private:
    Status write(std::string_view bytes);

    File& file_;
    std::uint64_t written_to_;
    const Written written_;
    std::string buffer_;
};

}  // namespace bytestore
