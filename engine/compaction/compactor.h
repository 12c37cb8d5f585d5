// Gives back the space of dead records, one segment at a time, oldest first, while readers and writers go on.
//
// For each segment with anything dead: write what is still needed into a temporary file and sync it; sync every newer
// segment (what was dropped because of a newer record must not come back when that record is lost with the power);
// rename it over the segment; sync the directory; only then move the index. Any crash in between replays to the same
// map, by us and by the first ByteStore.
//
// Four or more neighbours that are small together are merged by the same steps into the name of the newest; then the
// other inputs are removed. What cannot be removed stays in the catalog, all dead, so that Deletes go on hiding what
// stands in it.
#pragma once

#include "engine/compaction/rewrite.h"
#include "engine/log/catalog.h"
#include "engine/options.h"
#include "engine/store.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace bytestore {

// Of a disk, as a rule: fewer dead bytes free nothing.
inline constexpr std::uint64_t kDiskBlock = 4096;

class Compactor {
public:
    struct Hooks {
        std::function<Status()> sync_active;                   // everything appended so far is on stable storage
        std::function<void(const std::string&)> stop_writing;  // the state of the directory is unknown
        std::function<void()> replaced;                        // a segment has another file, and the catalog knows
        LogFunction log;
        std::stop_token given_up;  // stop soon, with Errc::busy
    };

    Compactor(Directory& directory, Catalog& catalog, Hooks hooks);

    // Rewrites every sealed segment of which at least `dead_percent` is dead (0: anything at all), then merges. On an
    // error what was done before stands, and nothing is lost. On a full disk those that need the least room come first;
    // Errc::no_space if not even these fit. The report adds up over all runs. One run at a time.
    Result<CompactionReport> run(unsigned dead_percent);

private:
    using Views = std::vector<Catalog::SegmentView>;

    Status replace(const Views& inputs);
    Status replace_making_room(Catalog::Slot slot);
    Status replace_one(Catalog::Slot slot);
    std::optional<Catalog::Slot> smaller_than(Catalog::Slot slot) const;
    std::vector<Catalog::Slot> slots() const;
    Status sync_newer(std::uint64_t number);
    Status verify_untouched(const Views& inputs);
    Status rename_over(std::uint64_t number);
    Status remove_leftovers();
    Status rewrite_stale(unsigned dead_percent);
    bool worth_rewriting(Catalog::Slot slot, unsigned dead_percent) const;
    Status merge_small();
    std::optional<Views> small_neighbours() const;

    Directory& directory_;
    Catalog& catalog_;
    const Hooks hooks_;
    CompactionReport report_;
};

}  // namespace bytestore
