// The values that were read last, decoded: a large value is read in many pieces, and must not be decoded for each.
// Bounded; values are found by where their record lies, so that a new one is never mistaken for an old one. A segment
// that was compacted away does not stay on the disk for them. Threads: every method locks by itself.
#pragma once

#include "engine/store.h"

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace bytestore::fs {

class ValueCache {
public:
    explicit ValueCache(std::uint64_t max_bytes)
        : max_bytes_(max_bytes)
    {
    }

    // The decoded value. Small ones are not kept: the kernel does that.
    Result<std::shared_ptr<const std::string>> read(const ValueRef& value);

private:
    struct Item {
        RecordId record;
        std::shared_ptr<const std::string> bytes;
    };

    std::shared_ptr<const std::string> find(const RecordId& record);
    void keep(const RecordId& record, std::shared_ptr<const std::string> bytes);
    void drop_gone_locked();

    const std::uint64_t max_bytes_;  // but one value is kept, whatever its size

    std::mutex mutex_;
    // Guarded by mutex_.
    std::list<Item> items_;  // the one used last in front
    std::uint64_t bytes_ = 0;
};

}  // namespace bytestore::fs
