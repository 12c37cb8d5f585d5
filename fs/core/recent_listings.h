// The names of directories that were listed lately, for those that the kernel, and so the node table, has forgotten
// since: they are found again without a walk of the index, as long as nothing changed at all.
//
// Threads: every method locks by itself.
#pragma once

#include "engine/recently_used.h"
#include "fs/core/listing.h"
#include "fs/core/moment.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bytestore::fs {

class RecentListings {
public:
    using Names = std::shared_ptr<const Listing::Names>;

    // Of the directory whose keys begin with `prefix`; null: not known, or of another moment.
    Names find(const std::string& prefix, const Moment& moment)
    {
        const std::lock_guard lock(mutex_);
        const auto listing = listings_.find(prefix);
        return listing.names && listing.moment == moment ? listing.names : nullptr;
    }
    void keep(const std::string& prefix, const Names& names, const Moment& moment)
    {
        const auto bytes = names->memory_bytes() + prefix.size();
        if (bytes <= kBudget) {
            const std::lock_guard lock(mutex_);
            listings_.keep(prefix, {.names = names, .moment = moment}, bytes);
        }
    }

private:
    struct Of {
        Names names;
        Moment moment;
    };
    static constexpr std::uint64_t kBudget = std::uint64_t{8} << 20;  // some two hundred thousand names

    std::mutex mutex_;
    RecentlyUsed<std::string, Of> listings_{kBudget};  // guarded by mutex_
};

}  // namespace bytestore::fs
