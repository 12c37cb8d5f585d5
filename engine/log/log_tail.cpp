#include "engine/log/log_tail.h"

#include <algorithm>

namespace bytestore {

// Memory that nothing was written to costs nothing.
LogTail::LogTail()
    : ring_(std::make_unique_for_overwrite<char[]>(kMost))
{
}

void LogTail::append(Catalog::Slot slot, std::uint64_t offset, std::string_view bytes) noexcept
{
    if (slot_ != slot || offset != end_) {
        slot_ = slot;
        size_ = 0;
    }
    end_ = offset + bytes.size();
    size_ = std::min(size_ + bytes.size(), kMost);
    const auto kept = bytes.substr(bytes.size() - std::min(bytes.size(), kMost));
    const auto at = static_cast<std::size_t>((end_ - kept.size()) % kMost);
    const auto first = kept.substr(0, kMost - at);
    first.copy(ring_.get() + at, first.size());
    kept.substr(first.size()).copy(ring_.get(), kept.size() - first.size());
}

bool LogTail::read(Catalog::Slot slot, std::uint64_t offset, std::size_t size, std::pmr::string& text) const
{
    if (slot_ != slot || offset > end_ || size > end_ - offset || end_ - offset > size_) {
        return false;
    }
    const auto at = static_cast<std::size_t>(offset % kMost);
    const auto first = std::min(size, kMost - at);
    text.reserve(size);
    text.assign(ring_.get() + at, first).append(ring_.get(), size - first);
    return true;
}

}  // namespace bytestore
