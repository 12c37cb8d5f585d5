#include "fs/fuse/directory_reply.h"

#include "fs/fuse/replies.h"

namespace bytestore::fuse {

DirectoryReply::DirectoryReply(fuse_req_t request, const FilesystemSettings& settings, std::size_t size)
    : request_(request), settings_(settings), buffer_(size)
{
}

void DirectoryReply::fill(fs::Filesystem& core, const fs::Handle& handle, std::uint64_t cookie, bool attributes)
{
    while (const auto entry = core.next_entry(handle, cookie)) {
        if (!(attributes ? add_with_attributes(core, handle, *entry) : add(*entry))) {
            return;
        }
        cookie = entry->cookie;
    }
}

bool DirectoryReply::add(const fs::DirectoryEntry& entry)
{
    fs::Attributes attributes;
    attributes.ino = entry.ino;
    attributes.type = entry.type;
    const auto st = stat_of(attributes, settings_);
    const auto room = buffer_.size() - used_;
    const auto needed = fuse_add_direntry(request_, buffer_.data() + used_, room, entry.name.c_str(), &st,
                                          static_cast<off_t>(entry.cookie));
    used_ += needed <= room ? needed : 0;
    return needed <= room;
}

// Like a lookup, an entry that the kernel gets is one that it will forget; "." and ".." are told by number only.
bool DirectoryReply::add_with_attributes(fs::Filesystem& core, const fs::Handle& handle,
                                         const fs::DirectoryEntry& entry)
{
    const bool dots = entry.name == "." || entry.name == "..";
    Result<fs::Attributes> found = fs::Attributes{};
    if (dots) {
        found->ino = entry.ino;
        found->type = entry.type;
    } else {
        found = core.lookup_entry(handle, entry);
    }
    if (!found) {
        return true;  // gone meanwhile
    }
    auto param = entry_of(*found, settings_);
    param.ino = dots ? 0 : param.ino;
    const auto room = buffer_.size() - used_;
    const auto needed = fuse_add_direntry_plus(request_, buffer_.data() + used_, room, entry.name.c_str(), &param,
                                               static_cast<off_t>(entry.cookie));
    if (needed <= room) {
        used_ += needed;
        return true;
    }
    if (!dots) {
        core.forget(found->ino, 1);
    }
    return false;
}

void DirectoryReply::send()
{
    fuse_reply_buf(request_, buffer_.data(), used_);
}

}  // namespace bytestore::fuse
