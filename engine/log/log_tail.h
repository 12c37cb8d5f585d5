// What was appended last to the active segment, so that a record which is copied soon after it was written (a rename,
// a chmod) is not read from its file again.
//
// Thread-safety: none; the store's commit mutex is held.
#pragma once

#include "engine/log/catalog.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore {

class LogTail {
public:
    static constexpr std::size_t kMost = std::size_t{1} << 20;  // bytes

    LogTail();

    // These bytes stand in the segment now.
    void append(Catalog::Slot slot, std::uint64_t offset, std::string_view bytes) noexcept;
    void forget() { size_ = 0; }
    // Puts `size` bytes that stand there into `text`; false if not all of them are known.
    bool read(Catalog::Slot slot, std::uint64_t offset, std::size_t size, std::pmr::string& text) const;

private:
    std::unique_ptr<char[]> ring_;  // the byte at an offset lies at the rest of that by kMost
    std::optional<Catalog::Slot> slot_;
    std::uint64_t end_ = 0;  // in the segment
    std::size_t size_ = 0;   // bytes before it
};

}  // namespace bytestore
