#include "engine/log/replay_index.h"

#include "engine/log/segment_scan.h"

namespace bytestore {

Entry entry_of(std::uint32_t slot, std::uint64_t offset, std::uint64_t length, const format::Line& line,
               std::int64_t file_mtime)
{
    Entry entry;
    entry.segment = slot;
    entry.offset = offset;
    entry.length = length;
    entry.size = line.size;
    entry.kind = line.kind;
    entry.meta = Meta{.mtime = line.fields.mtime.value_or(file_mtime),
                      .atime = line.fields.atime,
                      .ctime = line.fields.ctime,
                      .mode = line.fields.mode,
                      .uid = line.fields.uid,
                      .gid = line.fields.gid};
    return entry;
}

Result<Index> replay_index(const std::vector<Catalog::SegmentView>& segments, const std::optional<Entry>& end)
{
    Index::Loader loader([](std::string_view, const Entry&) {});
    for (const auto& view : segments) {
        const auto size = end && end->segment == view.slot ? end->offset : view.size;
        const auto take = [&](std::uint64_t offset, std::uint64_t length, const format::Line& line) {
            if (line.command == format::Command::remove) {
                loader.remove(line.key);
            } else {
                loader.set(line.key, entry_of(view.slot, offset, length, line, view.segment->file_mtime()));
            }
        };
        TRY_ASSIGN(const SegmentScan scan, scan_segment(view.segment->file(), size, take));
        if (scan.bad && &view != &segments.back()) {
            return damaged_at(view.segment->number(), scan.bad->offset, scan.bad->reason);
        }
    }
    return loader.finish();
}

}  // namespace bytestore
