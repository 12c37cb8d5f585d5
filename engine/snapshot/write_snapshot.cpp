#include "engine/snapshot/write_snapshot.h"

#include "engine/snapshot/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace bytestore {
namespace {

using snapshot::hash_of;
using snapshot::Writer;

// What must stay free on the disk besides the snapshot and as much again.
constexpr std::uint64_t kLeftToTheLog = std::uint64_t{4} << 20;

void write_segment(Writer& writer, const SnapshotSegment& segment)
{
    writer.number(segment.number);
    writer.text(segment.id);
    for (const std::uint64_t number : {std::uint64_t{segment.sealed}, segment.covered, segment.tail, segment.inode,
                                       static_cast<std::uint64_t>(segment.mtime), segment.records, segment.unverified,
                                       segment.stale, segment.dead_bytes, std::uint64_t{segment.dead_sets.size()}}) {
        writer.number(number);
    }
    for (const std::uint64_t hash : segment.dead_sets) {
        writer.number(hash);
    }
    writer.number(segment.pending.size());
    for (const auto& record : segment.pending) {
        writer.number(record.hash);
        writer.number(record.length);
    }
}

std::string tables_of(const Snapshot& snapshot)
{
    Writer writer;
    for (const auto& segment : snapshot.segments) {
        write_segment(writer, segment);
    }
    const auto starts = snapshot.base.block_starts();
    const auto bytes = snapshot.base.bytes();
    for (const std::uint64_t start : starts) {
        writer.number(start);
    }
    for (std::size_t first = 0; first < starts.size(); first += IndexBase::kPageBlocks) {
        const std::size_t next = first + IndexBase::kPageBlocks;
        const std::uint64_t end = next < starts.size() ? starts[next] : bytes.size();
        writer.number(hash_of(bytes.substr(starts[first], end - starts[first])));
    }
    const auto keys = snapshot.base.page_keys();
    for (std::size_t page = 0; page < keys.size(); ++page) {
        writer.text(keys[page]);
    }
    return writer.bytes();
}

std::string header_of(const Snapshot& snapshot, const std::string& tables)
{
    Writer writer;
    const auto hidden = snapshot.hidden_keys ? *snapshot.hidden_keys + 1 : 0;
    for (const std::uint64_t number : {snapshot::kMagic, snapshot::kVersion, std::uint64_t{snapshot.base.size()},
                                       hidden, std::uint64_t{snapshot.segments.size()}, std::uint64_t{tables.size()},
                                       std::uint64_t{snapshot.base.bytes().size()}, hash_of(tables)}) {
        writer.number(number);
    }
    writer.number(hash_of(writer.bytes()));
    return writer.bytes();
}

Status leave_room(Directory& directory, std::uint64_t size)
{
    TRY_ASSIGN(const DiskSpace space, directory.space());
    if (space.blocks_available * space.block_size < 2 * size + kLeftToTheLog) {
        return fail(Errc::no_space,
                    fmt::format("{} would take {} bytes of a disk that is nearly full", kSnapshotName, size));
    }
    return {};
}

Status write_file(Directory& directory, std::string_view head, std::string_view body)
{
    TRY_ASSIGN(const auto file, directory.open(std::string(kSnapshotTempName), OpenMode::create));
    TRY(file->truncate(0));
    TRY(file->write(0, head));
    TRY(file->write(head.size(), body));
    return directory.rename(std::string(kSnapshotTempName), std::string(kSnapshotName));
}

}  // namespace

Status write_snapshot(Directory& directory, const Snapshot& snapshot)
{
    const auto tables = tables_of(snapshot);
    const auto head = header_of(snapshot, tables) + tables;
    TRY(leave_room(directory, head.size() + snapshot.base.bytes().size()));
    auto done = write_file(directory, head, snapshot.base.bytes());
    if (!done) {
        ignore(directory.unlink(std::string(kSnapshotTempName)));  // the next opening for writing removes it otherwise
    }
    return done;
}

}  // namespace bytestore
