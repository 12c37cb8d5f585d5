// Reads values piece by piece, as the kernel asks. What is known of a large one, whose record was verified, is kept
// while it is read, so that only the piece is read for each. Records are known by where they lie, so that a new one is
// never mistaken for an old one.
//
// Memory: a piece for each reader, and within a budget what is known, which is little, but for values whose records are
// not in our form (see ValuePieces). What was used last goes last; one value may be larger than the budget, alone.
//
// Threads: every method locks by itself. A large value that was not read lately is verified first, one at a time.
#pragma once

#include "engine/delayed_call.h"
#include "engine/store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace bytestore::fs {

class LargeValues {
public:
    explicit LargeValues(std::uint64_t budget);

    // `size` bytes from `offset` on, or as many as there are.
    Result<std::string> read(const ValueRef& value, std::uint64_t offset, std::size_t size);
    std::size_t known() const;  // how many are kept

private:
    using Pieces = std::shared_ptr<const ValuePieces>;
    struct Item {
        Pieces pieces;
        std::uint64_t used = 0;  // at which read
    };

    Result<Pieces> pieces_of(const ValueRef& value);
    Pieces find(const RecordId& record);
    void keep(const RecordId& record, const Pieces& pieces);
    void look_after();

    const std::uint64_t budget_;
    std::mutex verifying_;  // before mutex_

    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::map<RecordId, Item> items_;
    std::uint64_t held_ = 0;    // bytes of memory, by all items
    std::uint64_t reads_ = 0;   // so far
    std::uint64_t looked_ = 0;  // when what nobody read was last looked for

    DelayedCall idle_;  // last: it uses all of the above
};

}  // namespace bytestore::fs
