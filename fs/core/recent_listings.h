// The names of directories that were listed lately, for those that the kernel, and so the node table, has forgotten
// since: they are found again without a walk of the index, as long as nothing was committed.
//
// Threads: every method locks by itself.
#pragma once

#include "engine/recently_used.h"
#include "fs/core/listing.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace bytestore::fs {

class RecentListings {
public:
    using Names = std::shared_ptr<const Listing::Names>;

    // Of the directory whose keys begin with `prefix`; null: not known, or of another version of the store.
    Names find(const std::string& prefix, std::uint64_t store_version)
    {
        const std::lock_guard lock(mutex_);
        const auto listing = listings_.find(prefix);
        return listing.names && listing.store_version == store_version ? listing.names : nullptr;
    }
    void keep(const std::string& prefix, const Names& names, std::uint64_t store_version)
    {
        const auto bytes = names->memory_bytes() + prefix.size();
        if (bytes <= kBudget) {
            const std::lock_guard lock(mutex_);
            listings_.keep(prefix, {.names = names, .store_version = store_version}, bytes);
        }
    }

private:
    struct Entry {
        Names names;
        std::uint64_t store_version = 0;
    };
    static constexpr std::uint64_t kBudget = std::uint64_t{8} << 20;  // some two hundred thousand names

    std::mutex mutex_;
    RecentlyUsed<std::string, Entry> listings_{kBudget};  // guarded by mutex_
};

}  // namespace bytestore::fs
