// New files that are no record yet, by directory and place. They are seen like any other, keep their directory alive,
// and hold their node. Threads: every method locks by itself.
#pragma once

#include "fs/core/node.h"

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bytestore::fs {

class PendingFiles {
public:
    void add(const NodePtr& file);
    void remove(const Node& file);
    NodePtr find(const Node& directory, Node::Place place, std::string_view segment) const;
    bool any(const Node& directory) const;
    std::vector<NodePtr> of(const Node& directory) const;
    std::vector<NodePtr> all() const;

private:
    using Id = std::pair<Node::Place, std::string>;

    mutable std::mutex mutex_;
    std::unordered_map<Ino, std::map<Id, NodePtr>> files_;  // guarded by mutex_; by directory
    std::atomic<bool> empty_ = true;                        // changes with mutex_ held
};

}  // namespace bytestore::fs
