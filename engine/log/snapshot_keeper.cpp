#include "engine/log/snapshot_keeper.h"

#include "engine/log/snapshot_binding.h"
#include "engine/snapshot/write_snapshot.h"

#include <fmt/format.h>

#include <utility>

namespace bytestore {
namespace {

// Of Options::snapshot_bytes: less than this is sooner read again than written, whatever its share.
constexpr std::uint64_t kSmallShare = 64;

}  // namespace

SnapshotKeeper::SnapshotKeeper(Directory& directory, Catalog& catalog, const Options& options, Hooks hooks)
    : directory_(directory), catalog_(catalog), options_(options), hooks_(std::move(hooks))
{
}

bool SnapshotKeeper::due() const
{
    if (!options_.snapshot) {
        return false;
    }
    const auto uncovered = catalog_.uncovered();
    return uncovered.bytes >= options_.snapshot_bytes ||
           (uncovered.bytes >= options_.snapshot_bytes / kSmallShare && uncovered.records >= catalog_.size() / 4);
}

void SnapshotKeeper::take(bool may_sync)
{
    if (const auto done = try_take(may_sync); !done && options_.log) {
        options_.log(done.error().code == Errc::io ? LogLevel::warning : LogLevel::debug,
                     fmt::format("{} was not written: {}", kSnapshotName, done.error().message));
    }
}

Status SnapshotKeeper::try_take(bool may_sync)
{
    TRY_ASSIGN(const auto frozen, hooks_.freeze());
    if (!frozen) {
        return fail(Errc::unsupported, "the log holds what another program left in it");
    }
    if (!frozen->unsynced.empty() && !may_sync) {
        return {};
    }
    TRY(sync(frozen->unsynced));
    TRY_ASSIGN(const Snapshot snapshot, make_snapshot(*frozen, options_.is_hidden));
    TRY(write_snapshot(directory_, snapshot));
    catalog_.covered(frozen->uncovered);
    if (options_.log) {
        options_.log(LogLevel::debug, fmt::format("{}: written, {} keys", kSnapshotName, snapshot.base.size()));
    }
    return {};
}

// A loss of power must not take from the log what the snapshot covers.
Status SnapshotKeeper::sync(const std::vector<Catalog::SegmentView>& unsynced)
{
    for (const auto& view : unsynced) {
        if (auto done = view.segment->file().sync(); !done) {
            hooks_.stop_writing(done.error().message);
            return done;
        }
        if (view.sealed) {
            catalog_.set_synced(view.slot);
        }
    }
    return {};
}

}  // namespace bytestore
