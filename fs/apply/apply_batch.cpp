#include "fs/apply/apply_batch.h"

#include "fs/core/attributes.h"
#include "fs/mapping.h"

#include <climits>
#include <utility>

namespace bytestore::fs {
namespace {

// The root's marker is the segment alone; any other follows the key of its directory and ':'.
std::string_view without_marker(std::string_view key)
{
    key.remove_suffix(kMarkerSegment.size());
    return key.substr(0, key.empty() ? 0 : key.size() - 1);
}

}  // namespace

Status check_set(std::string_view key, std::string_view value, Kind kind)
{
    if (kind == Kind::link && (value.empty() || value.size() >= PATH_MAX || value.contains('\0'))) {
        return fail(Errc::invalid, "the target of a link is 1 to 4095 bytes without U+0000");
    }
    if (is_marker(key) && !has_reserved_segment(without_marker(key))) {
        return value.empty() ? Status{} : fail(Errc::invalid, "the marker of a directory has an empty value");
    }
    if (has_reserved_segment(key)) {
        return fail(Errc::invalid, "a key with a segment that starts with U+0000 cannot be set");
    }
    return {};
}

Status ApplyBatch::add(format::Line line, std::string value)
{
    if (line.command == format::Command::remove) {
        bound_[line.key] = std::nullopt;
        batch_.remove(std::move(line.key));
    } else {
        TRY(check_set(line.key, value, line.kind));
        TRY(check_key(line.key));
        TRY_ASSIGN(const Meta meta, meta_of(line));
        bound_[line.key] = Bound{.kind = line.kind, .meta = meta};
        batch_.set(std::move(line.key), std::move(value), meta, line.kind);
    }
    ++records_;
    return {};
}

Result<std::optional<ApplyBatch::Bound>> ApplyBatch::bound(const std::string& key) const
{
    if (const auto earlier = bound_.find(key); earlier != bound_.end()) {
        return earlier->second;
    }
    TRY_ASSIGN(const auto entry, find_(key));
    return entry ? std::optional(Bound{.kind = entry->kind, .meta = entry->meta}) : std::nullopt;
}

// A link's mode is not that of a file.
Result<Meta> ApplyBatch::meta_of(const format::Line& line) const
{
    const auto& fields = line.fields;
    Meta meta{.mtime = fields.mtime.value_or(now()),
              .atime = fields.atime,
              .ctime = fields.ctime,
              .mode = fields.mode,
              .uid = fields.uid,
              .gid = fields.gid};
    TRY_ASSIGN(const auto old, bound(line.key));
    if (old) {
        meta.uid = meta.uid ? meta.uid : old->meta.uid;
        meta.gid = meta.gid ? meta.gid : old->meta.gid;
        meta.mode = meta.mode || old->kind != line.kind ? meta.mode : old->meta.mode;
    }
    return meta;
}

}  // namespace bytestore::fs
