#include "engine/log/buffered_output.h"

namespace bytestore {

Status BufferedOutput::append(std::string_view bytes)
{
    constexpr std::size_t kMany = std::size_t{64} << 10;  // that cost more to copy than to write by themselves
    const bool many = bytes.size() >= kMany;
    if (!buffer_.empty() && (many || buffer_.size() + bytes.size() > format::kPiece)) {
        TRY(flush());
    }
    if (many) {
        TRY(file_.write(written_to_, bytes));
        written_to_ += bytes.size();
        return {};
    }
    buffer_.append(bytes);
    return {};
}

Status BufferedOutput::flush()
{
    TRY(file_.write(written_to_, buffer_));
    written_to_ += buffer_.size();
    buffer_.clear();
    return {};
}

}  // namespace bytestore
