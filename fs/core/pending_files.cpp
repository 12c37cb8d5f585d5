#include "fs/core/pending_files.h"

namespace bytestore::fs {

void PendingFiles::add(const NodePtr& file)
{
    const std::lock_guard lock(mutex_);
    files_[file->parent->ino][{file->place, file->segment}] = file;
    empty_ = false;
}

void PendingFiles::remove(const Node& file)
{
    const std::lock_guard lock(mutex_);
    const auto directory = files_.find(file.parent->ino);
    if (directory == files_.end()) {
        return;
    }
    const auto found = directory->second.find({file.place, file.segment});
    if (found != directory->second.end() && found->second.get() == &file) {
        directory->second.erase(found);
    }
    if (directory->second.empty()) {
        files_.erase(directory);
        empty_ = files_.empty();
    }
}

NodePtr PendingFiles::find(const Node& directory, Node::Place place, std::string_view segment) const
{
    if (empty_) {
        return nullptr;
    }
    const std::lock_guard lock(mutex_);
    const auto in_directory = files_.find(directory.ino);
    if (in_directory == files_.end()) {
        return nullptr;
    }
    const auto found = in_directory->second.find({place, std::string(segment)});
    return found == in_directory->second.end() ? nullptr : found->second;
}

bool PendingFiles::any(const Node& directory) const
{
    const std::lock_guard lock(mutex_);
    return files_.contains(directory.ino);
}

std::vector<NodePtr> PendingFiles::of(const Node& directory) const
{
    const std::lock_guard lock(mutex_);
    std::vector<NodePtr> files;
    if (const auto found = files_.find(directory.ino); found != files_.end()) {
        for (const auto& [id, file] : found->second) {
            files.push_back(file);
        }
    }
    return files;
}

std::vector<NodePtr> PendingFiles::all() const
{
    const std::lock_guard lock(mutex_);
    std::vector<NodePtr> all;
    for (const auto& [directory, files] : files_) {
        for (const auto& [id, file] : files) {
            all.push_back(file);
        }
    }
    return all;
}

}  // namespace bytestore::fs
