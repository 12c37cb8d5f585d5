#include "engine/maintenance/backup.h"

#include "engine/io/copy_bytes.h"
#include "engine/log/lock_file.h"
#include "engine/log/segment_files.h"
#include "engine/log/segment_name.h"
#include "engine/maintenance/log_view.h"
#include "engine/maintenance/new_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

namespace bytestore {
namespace {

// The times of records that carry none are those of their file.
Status copy_segment(const ViewedSegment& viewed, Directory& target)
{
    const auto& segment = *viewed.segment;
    const auto end = viewed.scan.bad ? viewed.scan.bad->offset : viewed.size;
    TRY_ASSIGN(const auto copy, target.open(segment_name(segment.number()), OpenMode::create_new));
    TRY(copy_bytes(segment.file(), 0, end, *copy));
    TRY(copy->set_mtime(segment.file_mtime()));
    // A write that failed meanwhile was cut off, and others may have taken its place.
    TRY_ASSIGN(const FileInfo info, copy->info());
    TRY_ASSIGN(const auto scan, scan_segment(*copy, end, [](auto&&...) {}));
    if (info.size != end || scan.bad || scan.records != viewed.scan.records) {
        return fail(Errc::busy,
                    fmt::format("{} changed while it was copied; try again", segment_name(segment.number())));
    }
    return {};
}

// The last segment is never linked: it may yet be appended to, by the first ByteStore even behind a seal.
Status take_segment(const ViewedSegment& viewed, bool last, Directory& target, BackupReport& report)
{
    const auto& segment = *viewed.segment;
    ++report.segments;
    report.bytes += viewed.size;
    if (!last && viewed.scan.sealed && target.link(segment.file(), segment_name(segment.number()))) {
        ++report.linked;
        return {};
    }
    return copy_segment(viewed, target);
}

// All of the copy is synced, and its LOCK says so of the end, which no later segment vouches for.
Status claim(const ViewedSegment& last, NewDirectory& made)
{
    TRY_ASSIGN(const auto copy, open_segment(made.directory(), last.segment->number(), OpenMode::read));
    TRY_ASSIGN(const FileInfo info, copy->file().info());
    TRY_ASSIGN(const auto lock, LockFile::acquire(made.directory(), made.path(), std::chrono::milliseconds(0)));
    return lock->write({.pid = ::getpid(),
                        .mount_point = {},
                        .segment = last.segment->number(),
                        .inode = info.inode,
                        .id = last.segment->id(),
                        .synced = info.size,
                        .boot = current_boot(),
                        .state = LockClaims::State::clean});
}

}  // namespace

Result<BackupReport> backup_store(const std::string& source, const std::string& target, FileSystem& files)
{
    TRY_ASSIGN(const auto directory, files.open_directory(source, false));
    TRY_ASSIGN(const auto made, NewDirectory::begin(target, files));
    TRY_ASSIGN(const LogView view, view_log(*directory));
    TRY(refuse_damage(view.findings));
    BackupReport report;
    for (const auto& viewed : view.segments) {
        TRY(take_segment(viewed, &viewed == &view.segments.back(), made->directory(), report));
    }
    if (!view.segments.empty()) {
        TRY(claim(view.segments.back(), *made));
    }
    TRY(made->publish());
    return report;
}

}  // namespace bytestore
