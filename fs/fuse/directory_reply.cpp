#include "fs/fuse/directory_reply.h"

#include "fs/fuse/replies.h"

#include <algorithm>

namespace bytestore::fuse {
namespace {

constexpr std::size_t kAtOnce = 32;  // of entries; those that do not fit any more were put together for nothing

}  // namespace

DirectoryReply::DirectoryReply(fuse_req_t request, const FilesystemSettings& settings, std::size_t size)
    : request_(request), settings_(settings), buffer_(size)
{
}

void DirectoryReply::fill(fs::Filesystem& core, const fs::Handle& handle, std::uint64_t cookie, bool attributes)
{
    if (attributes) {
        for (auto entry = core.next_known_entry(handle, cookie); entry && add(core, *entry);) {
            entry = core.next_known_entry(handle, entry->cookie);
        }
    } else {
        auto entries = core.next_entries(handle, cookie, kAtOnce);
        while (!entries.empty() && std::ranges::all_of(entries, [this](const auto& entry) { return add(entry); })) {
            entries = core.next_entries(handle, entries.back().cookie, kAtOnce);
        }
    }
}

bool DirectoryReply::add(const fs::DirectoryEntry& entry)
{
    fs::Attributes attributes;
    attributes.ino = entry.ino;
    attributes.type = entry.type;
    const auto st = stat_of(attributes, settings_);
    return took(fuse_add_direntry(request_, buffer_.data() + used_, buffer_.size() - used_, entry.name.c_str(), &st,
                                  static_cast<off_t>(entry.cookie)));
}

// Like a lookup, an entry that the kernel gets is one that it will forget; "." and ".." are told by number only.
bool DirectoryReply::add(fs::Filesystem& core, const fs::Filesystem::KnownEntry& entry)
{
    auto param = entry_of(entry.attributes, settings_);
    param.ino = entry.looked_up ? param.ino : 0;
    const bool fits = took(fuse_add_direntry_plus(request_, buffer_.data() + used_, buffer_.size() - used_,
                                                  entry.name.c_str(), &param, static_cast<off_t>(entry.cookie)));
    if (!fits && entry.looked_up) {
        core.forget(entry.attributes.ino, 1);
    }
    return fits;
}

bool DirectoryReply::took(std::size_t needed)
{
    const bool fits = needed <= buffer_.size() - used_;
    used_ += fits ? needed : 0;
    return fits;
}

void DirectoryReply::send()
{
    fuse_reply_buf(request_, buffer_.data(), used_);
}

}  // namespace bytestore::fuse
