// Reads values piece by piece, as the kernel asks. What is known of a large one, whose record was verified, is kept
// while it is read, so that only the piece is read for each. Records are known by where they lie, so that a new one is
// never mistaken for an old one.
//
// Memory: a piece for each reader, and a few values whose records are not in our form (see ValuePieces).
//
// Threads: every method locks by itself. A large value that was not read lately is verified first, one at a time.
#pragma once

#include "engine/delayed_call.h"
#include "engine/store.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace bytestore::fs {

class LargeValues {
public:
    LargeValues();

    // `size` bytes from `offset` on, or as many as there are.
    Result<std::string> read(const ValueRef& value, std::uint64_t offset, std::size_t size);
    std::size_t known() const;  // how many are kept

private:
    using Pieces = std::shared_ptr<const ValuePieces>;
    struct Item {
        RecordId record;
        Pieces pieces;
    };

    Result<Pieces> pieces_of(const ValueRef& value);
    Pieces find(const RecordId& record);
    void keep(const RecordId& record, const Pieces& pieces);
    void look_after();

    std::mutex verifying_;  // before mutex_

    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::list<Item> items_;  // the one used last in front
    bool used_ = false;      // since the last look

    DelayedCall idle_;  // last: it uses all of the above
};

}  // namespace bytestore::fs
