#include "fs/core/attributes.h"

#include <ctime>
#include <utility>

namespace bytestore::fs {
namespace {

std::optional<std::uint32_t> unless(std::uint32_t value, std::uint32_t implied)
{
    return value == implied ? std::nullopt : std::optional(value);
}

}  // namespace

std::uint32_t default_mode(Type type)
{
    switch (type) {
        case Type::file:
            return 0644;
        case Type::directory:
            return 0755;
        case Type::link:
            return 0777;
    }
    std::unreachable();
}

std::int64_t now()
{
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

Attributes attributes_of(Type type, const Meta& meta, Owner store_owner)
{
    Attributes attributes;
    attributes.type = type;
    attributes.mode = meta.mode.value_or(default_mode(type));
    attributes.uid = meta.uid.value_or(store_owner.uid);
    attributes.gid = meta.gid.value_or(store_owner.gid);
    attributes.mtime = meta.mtime;
    attributes.atime = meta.atime.value_or(meta.mtime);
    attributes.ctime = meta.ctime.value_or(meta.mtime);
    return attributes;
}

Meta new_meta(Type type, std::uint32_t mode, Owner owner, Owner store_owner, std::int64_t time)
{
    Meta meta;
    meta.mtime = time;
    meta.mode = unless(mode & 07777, default_mode(type));
    meta.uid = unless(owner.uid, store_owner.uid);
    meta.gid = unless(owner.gid, store_owner.gid);
    return meta;
}

void change_meta(Meta& meta, Type type, const AttributeChange& change, Owner store_owner, std::int64_t time)
{
    if (change.mode) {
        meta.mode = unless(*change.mode & 07777, default_mode(type));
    }
    if (change.uid) {
        meta.uid = unless(*change.uid, store_owner.uid);
    }
    if (change.gid) {
        meta.gid = unless(*change.gid, store_owner.gid);
    }
    const auto atime = change.atime.value_or(meta.atime.value_or(meta.mtime));
    if (change.atime || change.mtime) {
        meta.mtime = change.mtime.value_or(meta.mtime);
        meta.atime = atime == meta.mtime ? std::nullopt : std::optional(atime);
    }
    touch_ctime(meta, time);
}

void touch(Meta& meta, std::int64_t time)
{
    meta.mtime = time;
    meta.ctime.reset();
}

void touch_ctime(Meta& meta, std::int64_t time)
{
    meta.ctime = time == meta.mtime ? std::nullopt : std::optional(time);
}

}  // namespace bytestore::fs
