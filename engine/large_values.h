// Reads values piece by piece, as the kernel asks. A large one is verified as a whole before any of it is read, but for
// what this process wrote; what is known of it then is kept, so that only the piece is read for each. Records are known
// by where they lie, so that a new one is never mistaken for an old one.
//
// Memory: a piece for each reader; what is known of texts, which is little, within a budget of its own; and within
// another the values whose records are not in our form (see ValuePieces), while they are read.
//
// Threads: every method locks by itself. A large value of which nothing is known is verified first, one at a time.
#pragma once

#include "engine/delayed_call.h"
#include "engine/recently_used.h"
#include "engine/value_pieces.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace bytestore {

class LargeValues {
public:
    explicit LargeValues(std::uint64_t budget);

    // `size` bytes from `offset` on, or as many as there are.
    Result<Slice> read(const ValueRef& value, std::uint64_t offset, std::size_t size);
    // This record was written just now: it need not be verified to be read.
    void written(const RecordId& record, KnownTextPtr text);
    std::size_t being_read() const;  // how many are kept for those who read them

private:
    Result<ValuePiecesPtr> pieces_of(const ValueRef& value);
    ValuePiecesPtr find(const RecordId& record);
    Result<ValuePiecesPtr> made_of_text(const ValueRef& value);
    Result<ValuePiecesPtr> verified(const ValueRef& value);
    void keep(const RecordId& record, const ValuePiecesPtr& pieces);
    void look_after();

    std::mutex verifying_;  // before mutex_

    mutable std::mutex mutex_;
    // Guarded by mutex_.
    RecentlyUsed<RecordId, ValuePiecesPtr> pieces_;
    RecentlyUsed<RecordId, KnownTextPtr> texts_;

    DelayedCall idle_;  // last: it uses all of the above
};

}  // namespace bytestore
