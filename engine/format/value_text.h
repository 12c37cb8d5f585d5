// Any part of a value, read from the text that stands for it in a line of our form, without the rest. What is read is
// what it was when the line was written, or its checksum verified.
//
// Base64, and text without escapes, say by themselves where a byte of the value is. In text with escapes places are
// learnt as it is read: what was read once in order is found again at once.
//
// Threads: read may be called by several at a time.
#pragma once

#include "engine/format/block_sums.h"
#include "engine/format/record.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bytestore::format {

// What it takes to find the text of a value again: where it is, between the quotes of the value string, as offsets in
// a line of our form, of which `sums` has learnt at least that.
struct KnownText {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    BlockSums sums;

    std::size_t memory_bytes() const { return sizeof(KnownText) + sums.memory_bytes(); }
};

class ValueText {
public:
    // Of a value of `kind` with `size` bytes.
    static Result<std::unique_ptr<ValueText>> of(std::shared_ptr<const KnownText> known, Kind kind, std::uint64_t size,
                                                 const LineSource& source);

    // `size` bytes of the value from `offset` on, or as many as there are. `source` is the same line. Errc::damaged if
    // it is not what it was.
    Result<Slice> read(const LineSource& source, std::uint64_t offset, std::uint64_t size) const;
    std::size_t memory_bytes() const;  // at most, once all was read

private:
    enum class Form : std::uint8_t { same, base64, escaped };
    // A byte of the value and where its text begins, or what stands between two characters.
    struct Place {
        std::uint64_t byte = 0;
        std::uint64_t text = 0;  // offset in the line
    };
    class Reading;

    ValueText(std::shared_ptr<const KnownText> known, Form form, std::uint64_t size, std::uint64_t mark);
    Result<Slice> read_base64(const LineSource& source, std::uint64_t offset, std::uint64_t size) const;
    Result<Slice> read_escaped(const LineSource& source, std::uint64_t offset, std::uint64_t size) const;
    Place place_before(std::uint64_t byte) const;
    void learn(Place place, bool last) const;

    const std::shared_ptr<const KnownText> known_;
    const std::uint64_t size_;   // of the value
    const std::uint64_t begin_;  // of its text in the line, behind a mark
    const Form form_;

    mutable std::mutex mutex_;
    // Guarded by mutex_, of an escaped text.
    mutable std::vector<Place> places_;  // ascending, kStride bytes apart
    mutable Place last_;                 // where a read ended last: the next one often begins there
};

}  // namespace bytestore::format
