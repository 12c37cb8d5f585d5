#include "engine/log/snapshot_binding.h"

#include "engine/index/index_cursor.h"
#include "engine/log/segment_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace bytestore {
namespace {

// Enough for every header, and for a last line's checksum.
constexpr std::uint64_t kEdgeBytes = 4096;

std::unexpected<Error> unbound(const SnapshotSegment& known, std::string_view what)
{
    return fail(Errc::damaged, fmt::format("{} has another {}", segment_name(known.number), what));
}

Result<std::string> read_exactly(File& file, std::uint64_t offset, std::uint64_t size)
{
    std::string bytes(static_cast<std::size_t>(size), '\0');
    TRY_ASSIGN(const std::size_t got, file.read(offset, bytes));
    bytes.resize(got);
    return bytes;
}

Result<std::uint64_t> tail_of(File& file, std::uint64_t covered)
{
    const std::uint64_t size = std::min(covered, kEdgeBytes);
    TRY_ASSIGN(const auto bytes, read_exactly(file, covered - size, size));
    return key_hash(bytes);
}

Result<std::optional<format::Header>> read_header(File& file, std::uint64_t covered)
{
    TRY_ASSIGN(const auto head, read_exactly(file, 0, std::min(covered, kEdgeBytes)));
    const auto line = format::parse_line(std::string_view(head).substr(0, head.find('\n')));
    if (!line || line->type != format::Line::Type::header || line->header->version > format::kVersion ||
        !line->header->need.empty()) {
        return std::nullopt;
    }
    return *line->header;
}

std::string id_of(const std::optional<format::Header>& header)
{
    return header ? header->id : std::string();
}

// The hashes and times that are read from the files, of which none may have changed behind our back.
Status complete(SnapshotSegment& known, Segment& segment)
{
    known.number = segment.number();
    TRY_ASSIGN(const FileInfo info, segment.file().info());
    if (info.size < known.covered || (known.sealed && info.size != known.covered)) {
        return unbound(known, "size");
    }
    if (!segment.header() && info.mtime != segment.file_mtime()) {
        return unbound(known, "time of change");  // and so have its records for the next who reads them
    }
    known.id = segment.id();
    known.inode = info.inode;
    known.mtime = info.mtime;
    TRY_ASSIGN(known.tail, tail_of(segment.file(), known.covered));
    return {};
}

Result<Snapshot> read_file(Directory& directory, SnapshotLoad load)
{
    TRY_ASSIGN(auto opened, directory.open(std::string(kSnapshotName), OpenMode::read));
    const std::shared_ptr<File> file(std::move(opened));
    TRY_ASSIGN(const FileInfo info, file->info());
    if (!info.regular) {
        return fail(Errc::damaged, fmt::format("{} is not a regular file", kSnapshotName));
    }
    return read_snapshot([file](std::uint64_t offset, std::span<char> into) { return file->read(offset, into); },
                         info.size, load);
}

// What a scan of the part of `segment` that `known` covers would tell; none of it is scanned. Errc::damaged if it is
// another segment. `grows`: it may have become longer since.
Result<SegmentScan> covered_scan(const SnapshotSegment& known, Segment& segment, bool grows)
{
    if (known.number != segment.number()) {
        return unbound(known, "number");
    }
    TRY_ASSIGN(const FileInfo info, segment.file().info());
    const bool open_end = grows && !known.sealed && !known.id.empty();
    if (open_end ? info.size < known.covered : info.size != known.covered) {
        return unbound(known, "size");
    }
    if (!open_end && info.mtime != known.mtime) {
        return unbound(known, "time of change");
    }
    TRY_ASSIGN(auto header, read_header(segment.file(), known.covered));
    if (id_of(header) != known.id || (!header && info.inode != known.inode)) {
        return unbound(known, "id");
    }
    TRY_ASSIGN(const std::uint64_t tail, tail_of(segment.file(), known.covered));
    if (tail != known.tail) {
        return unbound(known, "last line");
    }
    SegmentScan scan;
    scan.size = known.covered;
    scan.header = std::move(header);
    scan.sealed = known.sealed;
    scan.records = known.records;
    scan.lines = known.records + (known.sealed ? 1 : 0);
    scan.unchecked = known.unverified;
    return scan;
}

}  // namespace

Result<BoundSnapshot> open_snapshot(Directory& directory, const std::vector<std::shared_ptr<Segment>>& segments,
                                    SnapshotLoad load)
{
    TRY_ASSIGN(auto snapshot, read_file(directory, load));
    const std::size_t count = snapshot.segments.size();
    if (count == 0 || count > segments.size()) {
        return fail(Errc::damaged, fmt::format("{} speaks of other segments", kSnapshotName));
    }
    std::vector<SegmentScan> scans;
    for (std::size_t i = 0; i < count; ++i) {
        TRY_ASSIGN(auto scan, covered_scan(snapshot.segments[i], *segments[i], i + 1 == count));
        scans.push_back(std::move(scan));
    }
    return BoundSnapshot{.snapshot = std::move(snapshot), .scans = std::move(scans)};
}

bool can_be_covered(const SegmentScan& scan, bool undated)
{
    if (scan.newline_missing || scan.skipped_batches > 0 || scan.lines_after_seal > 0) {
        return false;
    }
    return !scan.header || (scan.unchecked == 0 && !undated && scan.lines == scan.records + (scan.sealed ? 1 : 0));
}

Result<Snapshot> make_snapshot(const Catalog::Frozen& frozen,
                               const std::function<bool(std::string_view key)>& is_hidden)
{
    Snapshot snapshot;
    std::vector<std::uint32_t> position;  // by slot
    for (const auto& [slot, segment, known] : frozen.segments) {
        position.resize(std::max<std::size_t>(position.size(), slot + 1));
        position[slot] = static_cast<std::uint32_t>(snapshot.segments.size());
        snapshot.segments.push_back(known);
        TRY(complete(snapshot.segments.back(), *segment));
    }
    std::uint64_t hidden = 0;
    IndexBase::Builder builder(frozen.index.memory_bytes());
    IndexCursor cursor(frozen.index);
    for (cursor.seek({}); cursor.valid(); cursor.next()) {
        Entry entry = cursor.entry();
        entry.segment = position[entry.segment];
        builder.add(cursor.key(), entry);
        hidden += is_hidden && is_hidden(cursor.key()) ? 1 : 0;
    }
    if (!frozen.index.intact()) {
        return fail(Errc::damaged, fmt::format("the present {} is damaged", kSnapshotName));
    }
    snapshot.base = builder.finish();
    snapshot.hidden_keys = is_hidden ? std::optional(hidden) : std::nullopt;
    return snapshot;
}

}  // namespace bytestore
