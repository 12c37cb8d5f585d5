#include "fs/fuse/directory_reply.h"

#include "fs/fuse/replies.h"
#include "fs/fuse/request.h"

namespace bytestore::fuse {
DirectoryReply::DirectoryReply(fuse_req_t request, const FilesystemSettings& settings, std::size_t size)
    : request_(request), settings_(settings), size_(size), buffer_(std::make_unique_for_overwrite<char[]>(size))
{
}

void DirectoryReply::fill(fs::Filesystem& core, const fs::Handle& handle, std::uint64_t cookie, bool attributes)
{
    if (attributes) {
        core.list_known(handle, cookie, [this](const fs::KnownEntry& entry) { return add(entry); });
    } else {
        core.list(handle, cookie, [this](const fs::DirectoryEntry& entry) { return add(entry); });
    }
}

bool DirectoryReply::add(const fs::DirectoryEntry& entry)
{
    name_ = entry.name;
    struct stat st{};  // of which only these two count
    st.st_ino = entry.ino;
    st.st_mode = mode_bits(entry.type);
    return took(fuse_add_direntry(request_, buffer_.get() + used_, size_ - used_, name_.c_str(), &st,
                                  static_cast<off_t>(entry.cookie)));
}

// "." and ".." are told by number only.
bool DirectoryReply::add(const fs::KnownEntry& entry)
{
    filesystem(request_).tells(entry.attributes);
    auto param = entry_of(entry.attributes, settings_);
    param.ino = entry.looked_up ? param.ino : 0;
    return took(fuse_add_direntry_plus(request_, buffer_.get() + used_, size_ - used_, entry.name.c_str(), &param,
                                       static_cast<off_t>(entry.cookie)));
}

bool DirectoryReply::took(std::size_t needed)
{
    const bool fits = needed <= size_ - used_;
    used_ += fits ? needed : 0;
    return fits;
}

void DirectoryReply::send()
{
    fuse_reply_buf(request_, buffer_.get(), used_);
}

}  // namespace bytestore::fuse
