#include "engine/meta_fields.h"

#include <optional>

namespace bytestore {

format::Fields fields_of(const Meta& meta)
{
    const auto unless_mtime = [&](const std::optional<std::int64_t>& time) {
        return time == meta.mtime ? std::nullopt : time;
    };
    format::Fields fields;
    fields.mtime = meta.mtime;
    fields.atime = unless_mtime(meta.atime);
    fields.ctime = unless_mtime(meta.ctime);
    fields.mode = meta.mode;
    fields.uid = meta.uid;
    fields.gid = meta.gid;
    return fields;
}

}  // namespace bytestore
