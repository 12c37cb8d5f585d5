// Writes the index snapshot when it is worth it: when an opening would otherwise have much of the log to read.
#pragma once

#include "engine/io/file.h"
#include "engine/log/catalog.h"
#include "engine/options.h"

#include <functional>
#include <optional>
#include <string>

namespace bytestore {

class SnapshotKeeper {
public:
    struct Hooks {
        // What the catalog holds, with no commit under way; an error if the store takes no more writes.
        std::function<Result<std::optional<Catalog::Frozen>>()> freeze;
        std::function<void(const std::string&)> stop_writing;  // a sync failed
    };

    SnapshotKeeper(Directory& directory, Catalog& catalog, const Options& options, Hooks hooks);

    // Whether enough of the log is in no snapshot: Options::snapshot_bytes, or a quarter of the records if that is not
    // too little to matter.
    bool due() const;
    // Writes one. Commits wait while what changed since the last is copied; all else is done beside them. What the
    // snapshot covers is synced first, or, if that is not wanted, none is written of what is not. The store is as good
    // without one: why it could not be written goes to options.log. One call at a time, and none during a compaction.
    void take(bool may_sync);

private:
    Status try_take(bool may_sync);
    Status sync(const std::vector<Catalog::SegmentView>& unsynced);

    Directory& directory_;
    Catalog& catalog_;
    const Options& options_;
    const Hooks hooks_;
};

}  // namespace bytestore
