// What stat shows of a file, a directory or a symbolic link, and how that is stored: a Meta holds only what differs
// from the defaults.
#pragma once

#include "engine/types.h"

#include <cstdint>
#include <optional>

namespace bytestore::fs {

using Ino = std::uint64_t;

enum class Type : std::uint8_t { file, directory, link };

// Of what is no directory.
inline Type type_of(Kind kind)
{
    return kind == Kind::link ? Type::link : Type::file;
}

struct Attributes {
    Ino ino = 0;
    Type type = Type::file;
    std::uint32_t mode = 0;  // bits 07777
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t links = 1;
    std::uint64_t size = 0;  // bytes
    std::int64_t mtime = 0;  // these three in nanoseconds since 1970
    std::int64_t atime = 0;
    std::int64_t ctime = 0;
    bool changes_by_itself = false;  // must not be cached: a control file
    bool changes_its_inode = false;  // its name must not be cached either
    bool is_passing = false;         // the kernel, which is being told them otherwise, must not take them from here
};

struct Owner {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

// What setattr changes; what is not set stays.
struct AttributeChange {
    std::optional<std::uint32_t> mode = {};
    std::optional<std::uint32_t> uid = {};
    std::optional<std::uint32_t> gid = {};
    std::optional<std::uint64_t> size = {};
    std::optional<std::int64_t> atime = {};
    std::optional<std::int64_t> mtime = {};
};

std::uint32_t default_mode(Type type);
std::int64_t now();  // nanoseconds since 1970

// `store_owner` is the owner of the data directory, to whom everything belongs that does not say otherwise.
Attributes attributes_of(Type type, const Meta& meta, Owner store_owner);
Meta new_meta(Type type, std::uint32_t mode, Owner owner, Owner store_owner, std::int64_t time);
// All of `change` but the size; the ctime becomes `time`.
void change_meta(Meta& meta, Type type, const AttributeChange& change, Owner store_owner, std::int64_t time);
// A write at `time`: the access time of a value that was never read at a time of its own stays implied.
void touch(Meta& meta, std::int64_t time);
// A change of the name, or of attributes, at `time`.
void touch_ctime(Meta& meta, std::int64_t time);

}  // namespace bytestore::fs
