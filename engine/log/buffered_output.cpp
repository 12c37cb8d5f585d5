#include "engine/log/buffered_output.h"

namespace bytestore {

Status BufferedOutput::append(std::string_view bytes)
{
    if (buffer_.size() + bytes.size() > format::kPiece) {
        TRY(flush());
    }
    if (bytes.size() >= format::kPiece) {
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
