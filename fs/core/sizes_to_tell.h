// Files that somebody made longer or shorter beside the mount, while the kernel is being told of it.
//
// When it is told another size than it knows, it changes its own, and cuts its pages off there: later, and while
// somebody may be writing to them, so that it sends zeros here. So it is told once, while it lets nobody write, and
// believes nothing of it meanwhile that is answered to anybody else.
#pragma once

#include "fs/core/node.h"

#include <vector>

namespace bytestore::fs {

// From the change on, which nobody sees before they are all in here, until the end of its life the kernel is not to
// take their sizes from an answer to anybody who asks.
class SizesToTell {
public:
    SizesToTell() = default;
    SizesToTell(SizesToTell&&) noexcept = default;
    SizesToTell& operator=(SizesToTell&&) = delete;
    SizesToTell(const SizesToTell&) = delete;
    SizesToTell& operator=(const SizesToTell&) = delete;
    ~SizesToTell()
    {
        for (const auto& file : files_) {
            --file->being_told;
        }
    }
    void add(const NodePtr& file)
    {
        files_.push_back(file);
        ++file->being_told;
    }
    const std::vector<NodePtr>& files() const { return files_; }

private:
    std::vector<NodePtr> files_;
};

}  // namespace bytestore::fs
