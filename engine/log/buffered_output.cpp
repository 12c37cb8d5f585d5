#include "engine/log/buffered_output.h"

#include <algorithm>
#include <cstddef>

namespace bytestore {
namespace {

constexpr std::size_t kUsual = 1024;                  // bytes that most commits have
constexpr std::size_t kMany = std::size_t{64} << 10;  // that cost more to copy than to write by themselves

}  // namespace

Status BufferedOutput::append(std::string_view bytes)
{
    const bool many = bytes.size() >= kMany;
    if (!buffer_.empty() && (many || buffer_.size() + bytes.size() > format::kPiece)) {
        TRY(flush());
    }
    if (many) {
        return write(bytes);
    }
    if (buffer_.empty()) {
        buffer_.reserve(std::max(kUsual, bytes.size()));
    }
    buffer_.append(bytes);
    return {};
}

Status BufferedOutput::flush()
{
    TRY(write(buffer_));
    buffer_.clear();
    return {};
}

std::string BufferedOutput::spare_room()
{
    return buffer_.capacity() <= 2 * kUsual ? std::move(buffer_) : std::string();
}

Status BufferedOutput::write(std::string_view bytes)
{
    TRY(file_.write(written_to_, bytes));
    if (written_) {
        written_(written_to_, bytes);
    }
    written_to_ += bytes.size();
    return {};
}

}  // namespace bytestore
