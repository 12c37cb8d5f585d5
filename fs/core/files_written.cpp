// All files that are being written, and what is done with several of them at once.
#include "fs/core/files.h"

#include "fs/mapping.h"

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

// Of a value that was truncated by open, and whose writer has written nothing since. If the mount ends now he hears
// that he cannot write the new one, and the old one stands.
bool is_awaited(const Content& content)
{
    return content.pending && content.stored;
}

}  // namespace

void Files::note_content(const NodePtr& file)
{
    const std::lock_guard contents(contents_mutex_);
    contents_[file->ino] = file;
    ++contents_made_;
}

void Files::forget_content(const Node& file)
{
    const std::lock_guard contents(contents_mutex_);
    contents_.erase(file.ino);
}

std::optional<std::uint64_t> Files::contents_made() const
{
    const std::lock_guard lock(contents_mutex_);
    return contents_.empty() ? std::optional(contents_made_) : std::nullopt;
}

std::vector<NodePtr> Files::with_content() const
{
    const std::lock_guard lock(contents_mutex_);
    std::vector<NodePtr> files;
    for (const auto& [ino, weak] : contents_) {
        if (auto file = weak.lock()) {
            files.push_back(std::move(file));
        }
    }
    return files;
}

bool Files::commit_pending(std::int64_t time)
{
    bool left = false;
    for (const auto& file : with_content()) {
        const std::lock_guard lock(file->mutex);
        const bool new_file = file->content && file->content->pending && !file->content->stored;
        if (new_file && (file->content->since > time || !commit_locked(file))) {
            left = true;
        }
    }
    return left;
}

Result<Position> Files::commit_pending_in(const NodePtr& directory)
{
    Result<Position> last = Position{};
    for (const auto& file : with_content()) {
        const std::lock_guard lock(file->mutex);
        if (file->parent == directory && file->content && file->content->pending) {
            TRY_ASSIGN(const auto position, commit_or_fail_locked(file));
            last = std::max(*last, position);
        }
    }
    return last;
}

Result<Position> Files::commit_all(bool even_changed)
{
    Result<Position> last = Position{};
    for (const auto& file : with_content()) {
        const std::lock_guard lock(file->mutex);
        if (!file->content || (even_changed ? is_awaited(*file->content) : !file->content->pending)) {
            continue;
        }
        auto done = commit_locked(file);
        if (!done || (last && *done > *last)) {
            last = std::move(done);
        }
    }
    return last;
}

Status Files::follow(std::string_view from, std::string_view to)
{
    const auto prefix = child_prefix(from);
    for (const auto& file : with_content()) {
        const std::lock_guard lock(file->mutex);
        const auto key = key_of(file);
        if (!file->content || !file->content->is_due() || (key != from && !key.starts_with(prefix))) {
            continue;
        }
        const auto new_key = std::string(to) + key.substr(from.size());
        if (new_key.size() > kMaxKeyBytes) {
            return fail(Errc::name_too_long, "the key of a file that is being written would be too long");
        }
        TRY(reserve_unresized_locked(file, new_key));
    }
    return {};
}

}  // namespace bytestore::fs
