// Reads one value piece by piece. Threads: read may be called by several at a time.
#pragma once

#include "engine/format/value_text.h"
#include "engine/store.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace bytestore {

using KnownTextPtr = std::shared_ptr<const format::KnownText>;
using ValuePiecesPtr = std::shared_ptr<const class ValuePieces>;

class ValuePieces {
public:
    // Reads all of the record once and verifies its checksum, a piece in memory at a time, and knows the pieces again
    // later; but a record that is not in our form, which has at most format::kMaxForeignLine bytes, is kept decoded.
    // Errors as ValueRef::read.
    static Result<ValuePiecesPtr> of(const ValueRef& value);
    // The same, of which the text is known already.
    static Result<ValuePiecesPtr> of(const ValueRef& value, KnownTextPtr known);
    ~ValuePieces() = default;
    ValuePieces(const ValuePieces&) = delete;
    ValuePieces& operator=(const ValuePieces&) = delete;

    // `size` bytes from `offset` on, or as many as there are, of the value that this was made of. Errc::damaged if they
    // are not what they were.
    Result<Slice> read(const ValueRef& value, std::uint64_t offset, std::uint64_t size) const;
    KnownTextPtr known_text() const { return known_; }  // null: it is kept decoded
    std::size_t memory_bytes() const;                   // at most, once all was read; without the known text

private:
    ValuePieces() = default;

    KnownTextPtr known_;
    std::unique_ptr<const format::ValueText> text_;  // of known_
    std::string whole_;                              // where there is none
};

}  // namespace bytestore
